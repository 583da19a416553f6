// biome-ignore-all lint/a11y/useSemanticElements: rows that are not drawn can't be left out of a table element
import { type CSSProperties, type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import type { MapWindow, SourceRef } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import { copyText } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { names } from '../ui/names.ts';
import { toast } from '../ui/toast.tsx';
import { useCellTitles } from './cell-facts.ts';
import { CellText } from './cell-text.tsx';
import { gridTemplate, growWidths, rowWidth } from './column-widths.ts';
import { distinctNames, headingsOf } from './export-rows.ts';
import { groupDigits } from './numbers.ts';
import { useVisibleRows } from './row-window.ts';
import styles from './table.module.css';
import { useAnswers } from './use-live.ts';
import { ViewTools } from './view-tools.tsx';

/** A map's entries as they are now; sorted by any column, the first number with a bar for its share of the largest. */
export function MapTable({ source, empty, label }: { source: SourceRef; empty: ReactNode; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const widths = useRef(new Map<string, number>());
  const [filter, setFilter] = useState('');
  const [sort, setSort] = useState<MapWindow['sort']>();
  const [active, setActive] = useState<string>();
  const [known, setKnown] = useState<MapWindow>();
  const total = known?.total ?? 0;
  const { offset, limit, rowHeight } = useVisibleRows(scroller, total);
  useAnswers(
    source,
    `${offset} ${limit} ${filter} ${sort?.column} ${sort?.descending}`,
    () => theDecoder().map({ ...source, sort, offset, limit, filter }),
    setKnown,
  );

  const columns = known?.columns ?? [];
  const columnNames = distinctNames(columns);
  const headings = headingsOf(columns);
  const showTitle = useCellTitles(source, columns);
  const rows = known?.rows ?? [];
  const barColumn = known?.bar ?? -1;
  const grown = growWidths(widths.current, columns, rows);
  const width = rowWidth(grown);
  const template = gridTemplate(grown, barColumn < 0 ? undefined : barColumn);

  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = rows.findIndex((row) => row.id === active);
    if (by !== undefined && (event.target as HTMLElement).tagName !== 'BUTTON') {
      event.preventDefault();
      const index = Math.max(0, Math.min(rows.length - 1, at + by));
      setActive(rows[index]?.id);
      const y = ((known?.offset ?? 0) + index) * rowHeight;
      const element = scroller.current;
      if (!element) return;
      if (y < element.scrollTop) element.scrollTop = y;
      else if (y + 2 * rowHeight > element.scrollTop + element.clientHeight) {
        element.scrollTop = y + 2 * rowHeight - element.clientHeight;
      }
    } else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && rows[at]) {
      if (String(getSelection()) !== '') return;
      void copyText(rows[at].cells.join('\t')).then(() => toast({ text: 'Row copied' }));
    }
  };

  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        filter={{ what: 'entries', text: filter, onChange: setFilter }}
        status={{
          text: `${known?.partial ? 'partly read · ' : ''}${groupDigits(total)} ${total === 1 ? 'entry' : 'entries'}`,
          testId: 'entry-count',
        }}
        collect={
          total === 0
            ? undefined
            : // In one piece: the next snapshot has other entries in another order.
              () => theDecoder().map({ ...source, sort, offset: 0, limit: Number.MAX_SAFE_INTEGER, filter })
        }
      />
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={total}
        tabIndex={0}
        data-testid="map-table"
        onKeyDown={onKey}
      >
        <div
          className={styles.head}
          role="row"
          tabIndex={-1}
          style={{ gridTemplateColumns: template, width }}
        >
          {columns.map((column, at) => {
            const sorted = known?.sort.column === at;
            return (
              <button
                key={columnNames[at]}
                type="button"
                role="columnheader"
                aria-sort={sorted ? (known.sort.descending ? 'descending' : 'ascending') : 'none'}
                title={column.type}
                className={names(
                  styles.headCell,
                  column.align === 'number' && at !== barColumn && styles.number,
                  sorted && styles.sorted,
                )}
                onClick={() =>
                  setSort({
                    column: at,
                    descending: sorted ? !known.sort.descending : column.align === 'number',
                  })
                }
              >
                {headings[at]}
                {sorted && <Icon name={known.sort.descending ? 'down' : 'up'} size={11} />}
              </button>
            );
          })}
        </div>
        <div className={styles.body} style={{ height: total * rowHeight }} onPointerMove={showTitle}>
          {rows.map((row, at) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the grid's
            <div
              key={row.id}
              role="row"
              tabIndex={-1}
              data-testid="map-row"
              data-row={row.id}
              aria-selected={row.id === active}
              className={names(styles.row, row.id === active && styles.active)}
              style={{
                gridTemplateColumns: template,
                width,
                transform: `translateY(${((known?.offset ?? 0) + at) * rowHeight}px)`,
              }}
              onClick={() => setActive(row.id)}
            >
              {row.cells.map((cell, index) => (
                <div
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                  key={index}
                  role="gridcell"
                  tabIndex={-1}
                  data-column={index}
                  className={names(
                    styles.cell,
                    columns[index]?.align === 'number' && styles.number,
                    index === barColumn && styles.bar,
                    columns[index]?.role === 'rate' && styles.dim,
                  )}
                  style={
                    index === barColumn
                      ? ({
                          '--part': row.magnitude.toFixed(4),
                          '--digits': `${grown[index] ?? 0}ch`,
                        } as CSSProperties)
                      : undefined
                  }
                >
                  <span>
                    <CellText text={cell} />
                  </span>
                </div>
              ))}
            </div>
          ))}
        </div>
        {known && total === 0 && filter === '' && empty}
      </div>
    </div>
  );
}
