import { type ReactNode, useEffect, useRef, useState } from 'react';
import { columnKey, type RowWindow, type SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { followTime, pauseTime, useTimeAxis } from '../../session/time-axis.ts';
import { IconButton } from '../../ui/button.tsx';
import { CellText } from '../cell-text.tsx';
import { groupDigits } from '../numbers.ts';
import styles from '../table.module.css';
import { useLive } from '../use-live.ts';
import { ViewTools } from '../view-tools.tsx';
import own from './lines.module.css';

/** Lines on the page at a time: what is older is in the table, which draws only what is seen. */
const LINES_MAX = 500;

/** The newest lines as text, oldest first as in a terminal; scrolled up it stays where it is, and follows again at its end. */
export function LinesView({ source, live, empty }: { source: SourceRef; live: boolean; empty: ReactNode }) {
  const page = useRef<HTMLDivElement>(null);
  const held = useTimeAxis((state) => state.held !== undefined);
  const [head, setHead] = useState<number>();
  const [filter, setFilter] = useState('');
  const window = useLive<RowWindow>(source, `${head} ${filter}`, () =>
    theDecoder().rows({ ...source, head, offset: 0, limit: LINES_MAX, filter }),
  );
  const newest = window?.head;
  useEffect(() => {
    setHead((before) => (held ? (before ?? newest) : undefined));
  }, [held, newest]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer has other lines
  useEffect(() => {
    const element = page.current;
    if (element && !held) element.scrollTop = element.scrollHeight;
  }, [window, held]);

  const texts = window?.columns.map(({ role }) => role) ?? [];
  const rows = [...(window?.rows ?? [])].reverse();
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <IconButton
            icon={held && live ? 'play' : 'pause'}
            small
            on={held}
            label={held ? 'Follow the newest lines' : 'Hold still'}
            onClick={held ? followTime : pauseTime}
          />
        }
        filter={{ what: 'rows', text: filter, onChange: setFilter }}
        status={{
          text: `${groupDigits(window?.total ?? 0)} lines${held && window ? ` · ${groupDigits(window.latest - window.head)} new` : ''}`,
          testId: 'line-count',
          still: held,
        }}
        shown={
          window && window.total > 0
            ? {
                rows: { ...source, head: window.head, filter },
                columns: window.columns.map(columnKey),
                visible: () => window,
              }
            : undefined
        }
        typed={{ ...source, head: window?.head, filter }}
        view="log"
      />
      {rows.length === 0 && empty}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <div ref={page} className={own.page} role="log" aria-live="off" tabIndex={0} data-testid="lines">
          {rows.map((row) => (
            <div key={row.id} className={own.line} data-testid="line">
              {row.gap !== undefined ? (
                <span className={own.gap}>{row.gap}</span>
              ) : (
                row.cells.map((cell, at) =>
                  texts[at] === 'time' || at === row.cells.length - 1 || texts[at] === 'host' ? (
                    <span
                      // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                      key={at}
                      className={texts[at] === 'field' ? own.text : own.when}
                    >
                      <CellText text={cell} />
                    </span>
                  ) : null,
                )
              )}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
