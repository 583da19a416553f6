import type { Panel } from '@probepad/protocol/control/snippet';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { RunView } from '../../session/runs.ts';
import { changeSettings, useWorkspace } from '../../session/workspace.ts';
import { Empty } from '../../ui/empty.tsx';
import type { ShownSource } from '../shown-views.ts';
import { AddPanel } from './add-panel.tsx';
import styles from './dashboard.module.css';
import { DashboardPanel } from './dashboard-panel.tsx';
import { fillPanel, movePanel, panelsOf, resizePanel, savedPanels } from './panels.ts';

/**
 * Several views at once. Panels are moved by their heads and sized by their edges, or with Alt, Shift and the arrow keys; one of them
 * can fill the page, which is saved like the others' sizes.
 */
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
  const full = panels.findIndex((panel) => panel.full);
  const grid = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const put = (next: Panel[]): void => changeSettings({ panels: next });
  const fill = (at: number | undefined): void =>
    changeSettings({ panels: savedPanels(fillPanel(panels, at), sources) });
  const change = (at: number, update: Partial<Panel>): void =>
    put(panels.with(at, { ...(panels[at] as Panel), ...update }));
  const isFilled = full >= 0;
  const leave = useRef<() => void>(() => undefined);
  leave.current = () => fill(undefined);
  // A saved one fills the page before anything in it has the focus.
  useEffect(() => {
    if (!isFilled) return;
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      leave.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isFilled]);
  /** The head that the keyboard was on keeps it, wherever it is now. */
  const focusHead = (at: number): void => {
    const place = Math.max(0, Math.min(panels.length - 1, at));
    requestAnimationFrame(() =>
      grid.current?.querySelector<HTMLElement>(`[data-panel="${place}"] [data-head]`)?.focus(),
    );
  };

  if (panels.length === 0) {
    return (
      <Empty title="The dashboard is empty">
        <AddPanel sources={sources} />
      </Empty>
    );
  }
  return (
    <div ref={grid} className={styles.page}>
      <div className={styles.grid} data-testid="dashboard">
        {panels.map((panel, at) => (
          <DashboardPanel
            // biome-ignore lint/suspicious/noArrayIndexKey: the same view may be there twice
            key={`${at} ${panel.source} ${panel.view}`}
            run={run}
            shown={sources.find(({ source }) => source.name === panel.source) as ShownSource}
            panel={panel}
            at={at}
            count={panels.length}
            hint={hint}
            filling={full === at}
            isTarget={over === at && dragged !== undefined && dragged !== at}
            drag={{
              start: () => setDragged(at),
              over: () => setOver(at),
              isOn: dragged !== undefined,
              drop() {
                if (dragged !== undefined) put(movePanel(panels, dragged, at));
                setDragged(undefined);
                setOver(undefined);
              },
              end() {
                setDragged(undefined);
                setOver(undefined);
              },
            }}
            actions={{
              change: (update) => change(at, update),
              fill: (filling) => fill(filling ? at : undefined),
              resize: (size) => put(resizePanel(panels, at, size)),
              move(by) {
                put(movePanel(panels, at, at + by));
                focusHead(at + by);
              },
              twice: () => put(panels.toSpliced(at + 1, 0, ...fillPanel([panel], undefined))),
              remove() {
                put(panels.toSpliced(at, 1));
                focusHead(Math.min(at, panels.length - 2));
              },
            }}
          />
        ))}
      </div>
    </div>
  );
}
