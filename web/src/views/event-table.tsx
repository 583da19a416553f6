// biome-ignore-all lint/a11y/useSemanticElements: rows that are not drawn can't be left out of a table element
import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef, useState } from 'react';
import {
  type CellFact,
  columnKey,
  type RowWindow,
  type SourceRef,
  type ViewColumn,
  type ViewRow,
} from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { copyText } from '../ui/copy-button.tsx';
import { names } from '../ui/names.ts';
import { toast } from '../ui/toast.tsx';
import { useCellFacts, useCellTitles } from './cell-facts.ts';
import { CellText } from './cell-text.tsx';
import { collectRows } from './collect-rows.ts';
import { gridTemplate, growWidths, rowWidth } from './column-widths.ts';
import { distinctNames, type ExportedTable, headingsOf } from './export-rows.ts';
import { groupDigits } from './numbers.ts';
import { RateStrip } from './rate-strip.tsx';
import { useVisibleRows } from './row-window.ts';
import styles from './table.module.css';
import { useAnswers } from './use-live.ts';
import { ViewTools } from './view-tools.tsx';

/** The rows of an event source or a trace, newest first. Scrolling down, choosing a row or Pause holds the rows still. */
export function EventTable({
  source,
  live,
  empty,
  label,
}: {
  source: SourceRef;
  live: boolean;
  /** Shown while there are no rows. */
  empty: ReactNode;
  label: string;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const widths = useRef(new Map<string, number>());
  const [filter, setFilter] = useState('');
  const [paused, setPaused] = useState(false);
  const [held, setHeld] = useState<number>();
  const [active, setActive] = useState<ViewRow>();
  const [open, setOpen] = useState(false);
  const [known, setKnown] = useState<RowWindow>();
  const { offset, limit, rowHeight } = useVisibleRows(scroller, known?.total ?? 0);

  useAnswers(
    source,
    `${held} ${offset} ${limit} ${filter}`,
    () => theDecoder().rows({ ...source, head: held, offset, limit, filter }),
    setKnown,
  );

  const hold = (): void => setHeld((before) => before ?? known?.head);
  const release = (): void => {
    setPaused(false);
    setHeld(undefined);
    setActive(undefined);
    scroller.current?.scrollTo({ top: 0 });
  };

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = (): void => {
      if (element.scrollTop > rowHeight / 2) setHeld((before) => before ?? known?.head);
      else if (!paused && !active) setHeld(undefined);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [rowHeight, known?.head, paused, active]);

  const columns = known?.columns ?? [];
  const columnNames = distinctNames(columns);
  const headings = headingsOf(columns);
  const showTitle = useCellTitles(source, columns);
  const facts = useCellFacts(source, open ? active?.id : undefined);
  const rows = known?.rows ?? [];
  const grown = growWidths(widths.current, columns, rows);
  const template = gridTemplate(grown);
  const width = rowWidth(grown);
  /** A row keeps its element while it is on screen; one that leaves gives it to one that comes. */
  const slots = Math.max(limit, rows.length);
  const slotOf = (row: ViewRow): string => (known?.filter === '' ? String(Number(row.id) % slots) : row.id);
  /** The answer at hand is to another filter, or has yet to grow. */
  const searching = filter !== '' && (known?.filter !== filter || known.searching);
  const fresh = known && held !== undefined ? known.latest - known.head : 0;

  const step = (by: number): void => {
    if (!known || rows.length === 0) return;
    hold();
    const at = active ? rows.findIndex((row) => row.id === active.id) : -1;
    const next = rows[at < 0 ? Math.max(0, topIndex()) : Math.max(0, Math.min(rows.length - 1, at + by))];
    if (!next) return;
    setActive(next);
    const index = known.offset + rows.indexOf(next);
    const element = scroller.current;
    if (!element) return;
    const y = index * rowHeight;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + 2 * rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = y + 2 * rowHeight - element.clientHeight;
    }
  };
  const topIndex = (): number =>
    Math.ceil((scroller.current?.scrollTop ?? 0) / rowHeight) - (known?.offset ?? 0);

  const collect = async (window: RowWindow): Promise<ExportedTable> => ({
    columns: window.columns,
    rows: await collectRows(window, (page) =>
      theDecoder().rows({ ...source, ...page, filter: window.filter }),
    ),
  });

  const copy = (row: ViewRow): void => {
    void copyText(row.cells.join('\t')).then(() => toast({ text: 'Row copied' }));
  };

  const onKey = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const by = moves[event.key];
    if (by !== undefined) {
      event.preventDefault();
      step(by);
    } else if (event.key === 'Home') release();
    else if (event.key === 'Enter' && active && !event.ctrlKey && !event.metaKey)
      setOpen((before) => !before);
    else if (event.key === ' ') {
      event.preventDefault();
      if (paused) release();
      else {
        setPaused(true);
        hold();
      }
    } else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && active) {
      if (String(getSelection()) === '') copy(active);
    } else if (event.key === 'Escape' && active) {
      event.preventDefault();
      event.stopPropagation();
      setActive(undefined);
      setOpen(false);
    }
  };

  const still = paused || held !== undefined;
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <IconButton
            icon={still && live ? 'play' : 'pause'}
            small
            on={paused}
            label={still ? 'Go on with the newest rows' : 'Pause'}
            keys="Space"
            data-testid="pause"
            onClick={() => {
              if (still) release();
              else {
                setPaused(true);
                hold();
              }
            }}
          />
        }
        filter={{ what: 'rows', text: filter, onChange: setFilter }}
        status={{
          text: [
            still && (paused ? 'paused' : 'held'),
            `${groupDigits(known?.total ?? 0)} ${known?.filter ? 'match' : 'rows'}`,
            searching && 'searching…',
          ]
            .filter(Boolean)
            .join(' · '),
          testId: 'row-count',
          still,
        }}
        collect={known && known.total > 0 ? () => collect(known) : undefined}
      />
      <RateStrip source={source} live={live} />
      <div className={styles.frame}>
        {fresh > 0 && (
          <Button small className={styles.newRows} icon="up" onClick={release} style={{ top: '2.2rem' }}>
            {groupDigits(fresh)} new
          </Button>
        )}
        <div
          ref={scroller}
          className={styles.scroller}
          role="grid"
          aria-label={label}
          aria-rowcount={known?.total ?? 0}
          tabIndex={0}
          data-testid="event-table"
          onKeyDown={onKey}
        >
          <div
            className={styles.head}
            role="row"
            tabIndex={-1}
            style={{ gridTemplateColumns: template, width }}
          >
            {columns.map((column, at) => (
              <div
                key={columnNames[at]}
                role="columnheader"
                tabIndex={-1}
                title={column.type}
                className={names(styles.headCell, column.align === 'number' && styles.number)}
              >
                {headings[at]}
              </div>
            ))}
          </div>
          <div
            className={styles.body}
            style={{ height: (known?.total ?? 0) * rowHeight }}
            onPointerMove={showTitle}
          >
            {rows.map((row, at) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the grid's
              <div
                key={slotOf(row)}
                role="row"
                tabIndex={-1}
                data-testid="event-row"
                data-row={row.id}
                aria-selected={row.id === active?.id}
                className={names(styles.row, row.id === active?.id && styles.active)}
                style={{
                  gridTemplateColumns: template,
                  width,
                  transform: `translateY(${((known?.offset ?? 0) + at) * rowHeight}px)`,
                }}
                onClick={() => {
                  hold();
                  setActive(row);
                }}
                onDoubleClick={() => setOpen(true)}
              >
                <Cells row={row} columns={columns} />
              </div>
            ))}
          </div>
          {known && known.total === 0 && known.filter === '' && empty}
        </div>
      </div>
      {open && active && (
        <div className={styles.detail} data-testid="row-detail">
          <div className={styles.detailHead}>
            <span>row {active.id}</span>
            <span>
              <IconButton icon="copy" small label="Copy row" keys="Ctrl+C" onClick={() => copy(active)} />
              <IconButton icon="close" small label="Close" onClick={() => setOpen(false)} />
            </span>
          </div>
          <dl className={styles.fields}>
            {columns.map((column, at) => (
              <div key={columnNames[at]} style={{ display: 'contents' }}>
                <dt title={column.type}>{headings[at]}</dt>
                <dd>
                  <CellText text={active.cells[at] ?? ''} />
                  <Raw fact={facts.get(columnKey(column))} />
                </dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </div>
  );
}

/** The C type, the member and the value as it stands in memory. */
function Raw({ fact }: { fact: CellFact | undefined }) {
  return (
    fact && (
      <span className={styles.raw}>
        {fact.type} {fact.path} = <CellText text={fact.raw} />
      </span>
    )
  );
}

/** A row's cells; a row never changes once it is there, but for the count of a gap. */
const Cells = memo(
  function Cells({ row, columns }: { row: ViewRow; columns: readonly ViewColumn[] }) {
    if (row.gap !== undefined) return <div className={styles.gap}>{row.gap}</div>;
    return row.cells.map((cell, at) => (
      <div
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
        key={at}
        role="gridcell"
        tabIndex={-1}
        data-column={at}
        className={names(
          styles.cell,
          columns[at]?.align === 'number' && styles.number,
          columns[at]?.role === 'time' && styles.dim,
        )}
      >
        <CellText text={cell} />
      </div>
    ));
  },
  (before, after) =>
    before.row.id === after.row.id &&
    before.row.gap === after.row.gap &&
    before.columns.length === after.columns.length &&
    before.row.cells[0] === after.row.cells[0],
);
