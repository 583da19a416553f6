// biome-ignore-all lint/a11y/useSemanticElements: rows that are not drawn can't be left out of a table element
import {
  type CSSProperties,
  memo,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import type { ViewRow } from '../../session/decoder.ts';
import { names } from '../../ui/names.ts';
import { CellText } from '../cell-text.tsx';
import { Sparkline } from '../number/sparkline.tsx';
import styles from '../table.module.css';
import type { ArrangedColumn } from './arrange-columns.ts';
import type { RowsInView } from './use-rows-in-view.ts';

/** A row with what only some tables have. */
export type GridRow = ViewRow & { magnitude?: number; trend?: readonly (number | null)[] };

/** Rows are laid out from a row that is a multiple of this: what is drawn once stays where it is while the sheet under it is moved. */
const SHEET = 256;
/** Scrolling rests when nothing came for so many milliseconds. */
const REST = 150;

export interface RowSheetProps {
  scroller: RefObject<HTMLElement | null>;
  view: RowsInView;
  /** Rows at hand, the first of them at place `offset`. */
  rows: readonly GridRow[];
  offset: number;
  /** Rows' elements are named by this and their places. */
  id: string;
  testId: string;
  slotOf: ((place: number) => string) | undefined;
  active: number | undefined;
  anchor: number | undefined;
  cursor: number | undefined;
  template: string;
  columns: readonly ArrangedColumn[];
  widths: readonly number[];
  lefts: readonly (number | undefined)[];
  bar: number;
}

/** The rows in sight. Scrolling draws nothing but this, and of this only rows that come into sight. */
export function RowSheet(props: RowSheetProps) {
  const { scroller, view, rows, offset, active, anchor = active } = props;
  const { id, testId, slotOf, columns, widths, lefts, bar } = props;
  const sheet = useRef<HTMLDivElement>(null);
  const moving = useScrolledSheet(scroller, sheet, view);

  const first = view.first();
  const base = baseOf(first);
  const from = Math.max(offset, first);
  // Who follows the newest rows sees them change many times a second: nothing is drawn then that is not seen.
  const count = view.place.row < 1 && !moving ? view.seen : view.count;
  const drawn = rows.slice(from - offset, Math.max(0, first - offset + count)).map((row, at) => {
    const place = from + at;
    return { row, place, key: slotOf?.(place) ?? row.id };
  });
  useDocumentOrder(drawn, moving);
  const isChosen = (place: number): boolean =>
    active !== undefined &&
    anchor !== undefined &&
    place >= Math.min(active, anchor) &&
    place <= Math.max(active, anchor);
  const style = {
    '--template': props.template,
    height: (SHEET + view.count) * view.rowHeight,
  } as CSSProperties;
  return (
    <div ref={sheet} className={styles.sheet} role="rowgroup" style={style}>
      {drawn.map(({ row, place, key }) => {
        const chosen = isChosen(place);
        return (
          <div
            key={key}
            id={`${id}-${place}`}
            role="row"
            tabIndex={-1}
            aria-rowindex={place + 1}
            data-testid={testId}
            data-row={row.id}
            data-place={place}
            aria-selected={chosen}
            className={names(styles.row, chosen && styles.active)}
            style={{ top: (place - base) * view.rowHeight }}
          >
            <Cells
              row={row}
              columns={columns}
              widths={widths}
              lefts={lefts}
              bar={bar}
              cursor={place === active ? props.cursor : undefined}
            />
          </div>
        );
      })}
    </div>
  );
}

/**
 * To move an element within the document is to make it anew, without what is selected in it. While it is scrolled each stays where it is,
 * whatever row it shows; once that rests, they stand in the order of their rows. Sorts `drawn` in place.
 */
function useDocumentOrder(drawn: { key: string }[], moving: boolean): void {
  const order = useRef(new Map<string, number>());
  const known = order.current;
  if (moving) {
    let next = known.size;
    const ordinals = new Map(drawn.map(({ key }) => [key, known.get(key) ?? next++]));
    drawn.sort((a, b) => (ordinals.get(a.key) ?? 0) - (ordinals.get(b.key) ?? 0));
  }
  useLayoutEffect(() => {
    const { current } = order;
    if (!moving) order.current = new Map(drawn.map(({ key }, at) => [key, at]));
    else for (const { key } of drawn) if (!current.has(key)) current.set(key, current.size);
  });
}

/** The row that the sheet begins with. */
function baseOf(first: number): number {
  return first - (first % SHEET);
}

/** Draws what comes into sight in the frame in which it was scrolled, and keeps the sheet in its place. @returns whether it is scrolled now */
function useScrolledSheet(
  scroller: RefObject<HTMLElement | null>,
  sheet: RefObject<HTMLDivElement | null>,
  view: RowsInView,
): boolean {
  const [, setFirst] = useState(0);
  const [moving, setMoving] = useState(false);
  /** What is on screen: another that is drawn may be given up. */
  const latest = useRef(view);

  const put = useCallback((): void => {
    const { place, rowHeight, first } = latest.current;
    const y = place.top + baseOf(first()) * rowHeight - place.y;
    if (sheet.current) sheet.current.style.transform = `translateY(${Math.round(y)}px)`;
  }, [sheet]);
  const settle = useCallback((): void => {
    const { place } = latest.current;
    const due = place.due();
    if (due !== undefined && scroller.current) {
      scroller.current.scrollTop = due;
      place.settled(scroller.current.scrollTop);
    }
    put();
  }, [scroller, put]);
  useLayoutEffect(() => {
    latest.current = view;
    view.fit();
    put();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height stay where they are by scrolling
  useLayoutEffect(settle, [view.rowHeight, settle]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let frame = 0;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      frame = 0;
      // At once: a turn later it would be seen a frame too late.
      flushSync(() => {
        setMoving(true);
        setFirst(latest.current.first());
      });
      if (latest.current.place.atEnd) settle();
      else put();
    };
    const onMove = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
      clearTimeout(rest);
      rest = setTimeout(() => {
        settle();
        setMoving(false);
      }, REST);
    };
    let at = element.scrollTop;
    const onScroll = (): void => {
      // To the side nothing comes into sight; where focus is given back a browser tells of a scrolling that was none.
      if (element.scrollTop === at) return;
      at = element.scrollTop;
      onMove();
    };
    const end = latest.current.place.onGone(() => {
      settle();
      onMove();
    });
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      end();
      clearTimeout(rest);
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, put, settle]);
  return moving;
}

interface CellsProps {
  row: GridRow;
  columns: readonly ArrangedColumn[];
  widths: readonly number[];
  lefts: readonly (number | undefined)[];
  bar: number;
  cursor: number | undefined;
}

/** A row's cells. */
export const Cells = memo(
  function Cells({ row, columns, widths, lefts, bar, cursor }: CellsProps) {
    if (row.gap !== undefined) return <div className={styles.gap}>{row.gap}</div>;
    return columns.map(({ column, key, at }, index) => (
      <div
        key={key}
        role="gridcell"
        tabIndex={-1}
        data-column={index}
        className={names(
          styles.cell,
          column.align === 'number' && styles.number,
          index === bar && styles.bar,
          column.role === 'trend' && styles.trend,
          (column.role === 'time' || column.role === 'rate') && styles.dim,
          lefts[index] !== undefined && styles.pinned,
          index === cursor && styles.cursor,
          !fits(row.cells[at] ?? '', widths[index] ?? 0) && styles.long,
        )}
        style={cellStyle(lefts[index], index === bar ? row.magnitude : undefined, widths[index])}
      >
        {column.role === 'trend' && row.trend ? (
          <Sparkline times={[...row.trend.keys()]} values={row.trend} />
        ) : index === bar ? (
          <span>
            <CellText text={row.cells[at] ?? ''} />
          </span>
        ) : (
          <CellText text={row.cells[at] ?? ''} />
        )}
      </div>
    ));
  },
  (before, after) =>
    before.columns === after.columns &&
    before.cursor === after.cursor &&
    before.bar === after.bar &&
    (before.bar < 0 || before.row.magnitude === after.row.magnitude) &&
    sameNumbers(before.widths, after.widths) &&
    sameNumbers(before.lefts, after.lefts) &&
    sameRow(before.row, after.row),
);

/** Of letters that are a character wide in any font for it. */
const PLAIN = /^[\x20-\x7e\xa0-\xff]*$/;

/** Whether a text of so many characters is sure to fit: what is cut off costs the browser several times as much to draw. */
function fits(text: string, width: number): boolean {
  return text.length <= width && PLAIN.test(text);
}

function cellStyle(
  left: number | undefined,
  magnitude: number | undefined,
  digits = 0,
): CSSProperties | undefined {
  if (left === undefined && magnitude === undefined) return undefined;
  return {
    ...(left !== undefined && { left: `${left}ch` }),
    ...(magnitude !== undefined && { '--part': magnitude.toFixed(4), '--digits': `${digits}ch` }),
  } as CSSProperties;
}

function sameRow(a: GridRow, b: GridRow): boolean {
  if (a === b) return true;
  if (a.trend !== b.trend) return false;
  if (a.id !== b.id || a.gap !== b.gap || a.cells.length !== b.cells.length) return false;
  return a.cells.every((cell, at) => cell === b.cells[at]);
}

function sameNumbers(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): boolean {
  return a === b || (a.length === b.length && a.every((each, at) => each === b[at]));
}
