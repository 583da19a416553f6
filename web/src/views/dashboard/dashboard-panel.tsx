import type { Panel, ViewOptions } from '@probepad/protocol/control/snippet';
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';
import type { RunView } from '../../session/runs.ts';
import { withChange } from '../../session/workspace.ts';
import { IconButton } from '../../ui/button.tsx';
import { names } from '../../ui/names.ts';
import { Menu, type MenuItem } from '../../ui/popover.tsx';
import { PanelPlace } from '../picture/panel-pictures.ts';
import { chosenView, type ShownSource, VIEW_NAMES } from '../shown-views.ts';
import { SourceView } from '../source-view.tsx';
import { ViewSwitch } from '../view-switch.tsx';
import styles from './dashboard.module.css';
import { type PanelSize, sizeOf } from './panels.ts';
import { ResizeHandle } from './resize-handle.tsx';

export interface PanelActions {
  change(update: Partial<Panel>): void;
  fill(filling: boolean): void;
  resize(size: Partial<PanelSize>): void;
  move(by: 1 | -1): void;
  /** The same once more, beside it. */
  twice(): void;
  remove(): void;
}

/** One panel of the dashboard: its head moves it, its edges size it, its menu has all of that for the keyboard, too. */
export function DashboardPanel({
  run,
  shown,
  panel,
  at,
  count,
  hint,
  filling,
  isTarget,
  drag,
  actions,
}: {
  run: RunView;
  shown: ShownSource;
  panel: Panel;
  at: number;
  count: number;
  hint: ReactNode;
  filling: boolean;
  /** What is dragged would take its place. */
  isTarget: boolean;
  drag: { isOn: boolean; start(): void; over(): void; drop(): void; end(): void };
  actions: PanelActions;
}) {
  const view = chosenView(shown.views, panel.view);
  const size = sizeOf(panel);
  const setView = (kind: string): void => actions.change({ view: kind, options: undefined });

  const onKey = (event: KeyboardEvent): void => {
    const { key, altKey, shiftKey } = event;
    const isHead = event.target === event.currentTarget;
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key] as 1 | -1 | undefined;
    const across = key === 'ArrowLeft' || key === 'ArrowRight';
    if (altKey && shiftKey && by !== undefined) {
      actions.resize(across ? { columns: size.columns + by } : { rows: size.rows + by });
    } else if (altKey && by !== undefined) actions.move(by);
    else if (key === 'f' && isHead) actions.fill(!filling);
    else if (key === 'Delete' && isHead) actions.remove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const items: MenuItem[] = [
    ...shown.views
      .filter(({ kind }) => kind !== view.kind)
      .map(({ kind }) => ({
        label: `Show as ${VIEW_NAMES[kind].label}`,
        icon: VIEW_NAMES[kind].icon,
        onSelect: () => setView(kind),
      })),
    { label: 'Move back', icon: 'left', keys: 'Alt+←', disabled: at === 0, onSelect: () => actions.move(-1) },
    {
      label: 'Move on',
      icon: 'chevron',
      keys: 'Alt+→',
      disabled: at === count - 1,
      onSelect: () => actions.move(1),
    },
    {
      label: 'Wider',
      icon: 'wide',
      keys: 'Alt+Shift+→',
      onSelect: () => actions.resize({ columns: size.columns + 1 }),
    },
    { label: 'Narrower', keys: 'Alt+Shift+←', onSelect: () => actions.resize({ columns: size.columns - 1 }) },
    { label: 'Higher', keys: 'Alt+Shift+↓', onSelect: () => actions.resize({ rows: size.rows + 1 }) },
    { label: 'Less high', keys: 'Alt+Shift+↑', onSelect: () => actions.resize({ rows: size.rows - 1 }) },
    { label: 'Once more beside it', icon: 'copy', onSelect: actions.twice },
    { label: 'Take off the dashboard', icon: 'close', keys: 'Del', onSelect: actions.remove },
  ];

  return (
    <section
      className={names(styles.panel, filling && styles.full, isTarget && styles.over)}
      style={{ '--columns': size.columns, '--rows': size.rows } as CSSProperties}
      aria-label={`${panel.source}, panel ${at + 1} of ${count}`}
      data-panel={at}
      data-testid="panel"
      data-size={`${size.columns}×${size.rows}`}
      onDragOver={(event) => {
        if (!drag.isOn) return;
        event.preventDefault();
        drag.over();
      }}
      onDrop={(event) => {
        event.preventDefault();
        drag.drop();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !filling || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        actions.fill(false);
      }}
    >
      <div
        role="toolbar"
        className={styles.head}
        draggable
        data-head
        // biome-ignore lint/a11y/noNoninteractiveTabindex: Alt and an arrow key move it
        tabIndex={0}
        aria-label={`${panel.source}: Alt and an arrow key move this panel, with Shift they size it, F makes it fill the page`}
        onKeyDown={onKey}
        onDragStart={drag.start}
        onDragEnd={drag.end}
      >
        <h4>{panel.source}</h4>
        <div className={styles.views}>
          <ViewSwitch
            views={shown.views}
            current={view}
            label={`View of ${panel.source}`}
            onSelect={setView}
          />
        </div>
        <Menu
          items={items}
          trigger={<IconButton icon="more" small label={`${panel.source}: view, place and size`} />}
        />
        <IconButton
          icon="expand"
          small
          on={filling}
          label={filling ? 'Back among the others' : 'Fill the page'}
          keys="F"
          data-testid="panel-full"
          onClick={() => actions.fill(!filling)}
        />
        <IconButton
          icon="close"
          small
          label={`Take ${panel.source} off the dashboard`}
          data-testid="panel-close"
          onClick={actions.remove}
        />
      </div>
      <div className={styles.body}>
        <PanelPlace value={at}>
          <SourceView
            run={run}
            shown={shown}
            view={view}
            options={panel.options ?? {}}
            onOptions={(update: Partial<ViewOptions>) =>
              actions.change({ options: withChange(panel.options ?? {}, update) })
            }
            hint={hint}
          />
        </PanelPlace>
      </div>
      {!filling && (
        <>
          <ResizeHandle edge="right" size={size} onResize={actions.resize} />
          <ResizeHandle edge="bottom" size={size} onResize={actions.resize} />
          <ResizeHandle edge="corner" size={size} onResize={actions.resize} />
        </>
      )}
    </section>
  );
}
