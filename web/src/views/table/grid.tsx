// biome-ignore-all lint/a11y/useSemanticElements: rows that are not drawn can't be left out of a table element
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useId,
} from 'react';
import type { RowSort } from '../../session/decoder.ts';
import { IconButton } from '../../ui/button.tsx';
import { ContextMenu } from '../../ui/context-menu.tsx';
import type { MenuItem } from '../../ui/popover.tsx';
import { gridTemplate, rowWidth } from '../column-widths.ts';
import styles from '../table.module.css';
import type { ArrangedColumn } from './arrange-columns.ts';
import type { ColumnActions } from './column-actions.ts';
import { HeadCell } from './head-cell.tsx';
import { Cells, type GridRow, RowSheet } from './row-sheet.tsx';
import type { RowsInView } from './use-rows-in-view.ts';

/** What a bar has beside its number at least, in characters. */
const BAR_ROOM = 8;

export interface GridProps {
  scroller: RefObject<HTMLDivElement | null>;
  label: string;
  testId: string;
  rowTestId: string;
  /** Those that are shown, in their order. */
  columns: readonly ArrangedColumn[];
  /** What heads them. */
  headings: readonly string[];
  /** By place in `columns`, in characters. */
  widths: readonly number[];
  sort: RowSort | undefined;
  actions: ColumnActions;
  total: number;
  /** Rows at hand, the first of them at place `offset`. */
  rows: readonly GridRow[];
  offset: number;
  view: RowsInView;
  /** Rows that stay at the top. */
  pinned?: readonly GridRow[];
  onUnpin?(row: GridRow): void;
  /** Place of the row that the keyboard is on, and the first of those that are chosen with it. */
  active: number | undefined;
  anchor?: number | undefined;
  /** The column that the keyboard is on, by place in `columns`. */
  cursor?: number | undefined;
  /** The column that has bars, by place in a row's cells; -1 without. */
  bar?: number;
  /** Elements of rows are used again by this; a row's own id where it is absent. */
  slotOf?: ((place: number) => string) | undefined;
  menu: readonly MenuItem[];
  onPick(place: number, column: number | undefined, event: MouseEvent): void;
  onOpen(): void;
  onKeyDown(event: KeyboardEvent): void;
  /** The pointer is over the rows. */
  onPointerMove(event: PointerEvent<HTMLElement>): void;
  children?: ReactNode;
}

/** A table of which only the rows in sight are drawn. One tab stop for the head, one for the rows; arrows move within each. */
export function Grid(props: GridProps) {
  const { columns, widths, view, rows, offset, pinned = [], bar = -1 } = props;
  const id = useId();
  const barPlace = columns.findIndex(({ at }) => at === bar);
  const room = barPlace < 0 ? 0 : BAR_ROOM;
  const template = gridTemplate(widths, barPlace < 0 ? undefined : barPlace, room);
  const width = rowWidth(widths, room);
  const lefts = pinnedLefts(columns, widths);
  const placeOf = (event: MouseEvent): { place: number | undefined; column: number | undefined } => {
    const target = event.target as HTMLElement;
    const place = target.closest<HTMLElement>('[data-place]')?.dataset.place;
    const column = target.closest<HTMLElement>('[data-column]')?.dataset.column;
    return {
      place: place === undefined ? undefined : Number(place),
      column: column === undefined ? undefined : Number(column),
    };
  };
  const pick = (event: MouseEvent): void => {
    const { place, column } = placeOf(event);
    if (place !== undefined) props.onPick(place, column, event);
  };

  return (
    <div
      ref={props.scroller}
      className={styles.scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={props.total}
      aria-multiselectable="true"
      aria-activedescendant={props.active === undefined ? undefined : `${id}-${props.active}`}
      tabIndex={0}
      data-testid={props.testId}
      onKeyDown={props.onKeyDown}
    >
      <div className={styles.top} style={{ width }}>
        <div className={styles.head} role="row" tabIndex={-1} style={{ gridTemplateColumns: template }}>
          {columns.map((arranged, index) => (
            <HeadCell
              key={arranged.key}
              arranged={arranged}
              name={props.headings[index] ?? arranged.column.name}
              width={widths[index] ?? 0}
              left={lefts[index]}
              sort={props.sort?.column === arranged.key ? props.sort : undefined}
              bar={index === barPlace}
              actions={props.actions}
              index={index}
            />
          ))}
        </div>
        {pinned.map((row) => (
          <div
            key={row.id}
            role="row"
            tabIndex={-1}
            data-testid="pinned-row"
            data-row={row.id}
            className={styles.pinnedRow}
            style={{ gridTemplateColumns: template }}
          >
            <Cells
              row={row}
              columns={columns}
              widths={widths}
              lefts={lefts}
              bar={barPlace}
              cursor={undefined}
            />
            <span className={styles.unpin}>
              <IconButton
                icon="pin"
                small
                on
                label="Let go of the row"
                onClick={() => props.onUnpin?.(row)}
              />
            </span>
          </div>
        ))}
      </div>
      <ContextMenu items={props.menu}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: keys are the grid's */}
        <div
          className={styles.body}
          role="presentation"
          style={{ height: view.height, width }}
          onClick={pick}
          onPointerMove={props.onPointerMove}
          onContextMenuCapture={pick}
          onDoubleClick={props.onOpen}
        >
          <RowSheet
            scroller={props.scroller}
            view={view}
            rows={rows}
            offset={offset}
            id={id}
            testId={props.rowTestId}
            slotOf={props.slotOf}
            active={props.active}
            anchor={props.anchor}
            cursor={props.cursor}
            template={template}
            columns={columns}
            widths={widths}
            lefts={lefts}
            bar={barPlace}
          />
        </div>
      </ContextMenu>
      {props.children}
    </div>
  );
}

/** The head has keys of its own. */
export function isInHead(target: EventTarget): boolean {
  return target instanceof Element && target.closest('[role="columnheader"], [role="menu"]') !== null;
}

/** Where each pinned column stays, in characters; undefined for the others. */
function pinnedLefts(columns: readonly ArrangedColumn[], widths: readonly number[]): (number | undefined)[] {
  let left = 0;
  return columns.map(({ pinned }, at) => {
    if (!pinned) return undefined;
    const own = left;
    left += (widths[at] ?? 0) + 2.2;
    return own;
  });
}
