import type { Panel, ViewOptions } from '@probepad/protocol/control/snippet';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { RunView } from '../../session/runs.ts';
import { changeSettings, useWorkspace, withChange } from '../../session/workspace.ts';
import { IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { names } from '../../ui/names.ts';
import { chosenView, type ShownSource } from '../shown-views.ts';
import { SourceView } from '../source-view.tsx';
import { ViewSwitch } from '../view-switch.tsx';
import styles from './dashboard.module.css';
import { movePanel, panelsOf } from './panels.ts';

/** Several views at once. Panels are moved by their heads, or with Alt and an arrow key; one of them can fill the page. */
export function Dashboard({
  run,
  sources,
  hint,
}: {
  run: RunView;
  sources: readonly ShownSource[];
  hint: ReactNode;
}) {
  const saved = useWorkspace((state) => state.settings.panels);
  const panels = panelsOf(saved, sources);
  const [full, setFull] = useState<number>();
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const put = (next: Panel[]): void => changeSettings({ panels: next });
  const change = (at: number, update: Partial<Panel>): void =>
    put(panels.with(at, { ...(panels[at] as Panel), ...update }));

  const move = (from: number, to: number): void => {
    put(movePanel(panels, from, to));
    // The head that was moved keeps the focus.
    requestAnimationFrame(() => {
      const place = Math.max(0, Math.min(panels.length - 1, to));
      document.querySelector<HTMLElement>(`[data-panel="${place}"] [role="toolbar"][draggable]`)?.focus();
    });
  };

  const onKey = (at: number) => (event: KeyboardEvent) => {
    const by = event.altKey
      ? { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
      : undefined;
    if (by !== undefined) move(at, at + by);
    else if (event.key === 'f' && event.target === event.currentTarget) setFull(full === at ? undefined : at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (panels.length === 0) {
    return (
      <Empty title="The dashboard is empty">
        <p>Each source's tab has a button that adds its view here.</p>
      </Empty>
    );
  }
  return (
    <div className={styles.grid} data-testid="dashboard">
      {panels.map((panel, at) => {
        const shown = sources.find(({ source }) => source.name === panel.source) as ShownSource;
        const view = chosenView(shown.views, panel.view);
        const filling = full === at;
        return (
          <section
            // biome-ignore lint/suspicious/noArrayIndexKey: the same view may be there twice
            key={`${at} ${panel.source} ${panel.view}`}
            className={names(
              styles.panel,
              panel.wide && styles.wide,
              filling && styles.full,
              over === at && dragged !== undefined && dragged !== at && styles.over,
            )}
            aria-label={`${panel.source}, panel ${at + 1} of ${panels.length}`}
            data-panel={at}
            data-testid="panel"
            onDragOver={(event) => {
              if (dragged === undefined) return;
              event.preventDefault();
              setOver(at);
            }}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== undefined) put(movePanel(panels, dragged, at));
              setDragged(undefined);
              setOver(undefined);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || !filling || event.defaultPrevented) return;
              event.preventDefault();
              event.stopPropagation();
              setFull(undefined);
            }}
          >
            <div
              role="toolbar"
              className={styles.head}
              draggable
              // biome-ignore lint/a11y/noNoninteractiveTabindex: Alt and an arrow key move it
              tabIndex={0}
              aria-label={`${panel.source}: Alt and an arrow key move this panel, F makes it fill the page`}
              onKeyDown={onKey(at)}
              onDragStart={() => setDragged(at)}
              onDragEnd={() => {
                setDragged(undefined);
                setOver(undefined);
              }}
            >
              <h4>{panel.source}</h4>
              <ViewSwitch
                views={shown.views}
                current={view}
                label={`View of ${panel.source}`}
                onSelect={(kind) => change(at, { view: kind, options: undefined })}
              />
              <IconButton
                icon="wide"
                small
                on={panel.wide ?? false}
                label={panel.wide ? 'As wide as one' : 'As wide as two'}
                onClick={() => change(at, { wide: !panel.wide })}
              />
              <IconButton
                icon="expand"
                small
                on={filling}
                label={filling ? 'Back among the others' : 'Fill the page'}
                keys="F"
                data-testid="panel-full"
                onClick={() => setFull(filling ? undefined : at)}
              />
              <IconButton
                icon="close"
                small
                label={`Take ${panel.source} off the dashboard`}
                data-testid="panel-close"
                onClick={() => {
                  setFull(undefined);
                  put(panels.toSpliced(at, 1));
                }}
              />
            </div>
            <div className={styles.body}>
              <SourceView
                run={run}
                shown={shown}
                view={view}
                options={panel.options ?? {}}
                onOptions={(update: Partial<ViewOptions>) =>
                  change(at, { options: withChange(panel.options ?? {}, update) })
                }
                hint={hint}
              />
            </div>
          </section>
        );
      })}
    </div>
  );
}
