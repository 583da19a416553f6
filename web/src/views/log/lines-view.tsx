import { type ReactNode, type UIEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { columnKey, type RowWindow, type SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { followTime, pauseTime } from '../../session/time-axis.ts';
import { IconButton } from '../../ui/button.tsx';
import { CellText } from '../cell-text.tsx';
import { timeText } from '../chart/series-table.ts';
import { groupDigits } from '../numbers.ts';
import { FilterProblemLine } from '../table/filter-field.tsx';
import styles from '../table.module.css';
import { useLive } from '../use-live.ts';
import { useHeldMoment, useNoteKept } from '../use-shown-range.ts';
import { ViewTools } from '../view-tools.tsx';
import own from './lines.module.css';

/** Lines on the page at a time: what is older is in the table, which draws only what is seen. */
const LINES_MAX = 500;

/** Pixels from the end that still count as being there. */
const END_SLACK = 8;

/**
 * The newest lines as text, oldest first as in a terminal, or while the time is held those up to the end of what is shown; scrolled up it
 * stays where it is, and follows again at its end.
 */
export function LinesView({ source, live, empty }: { source: SourceRef; live: boolean; empty: ReactNode }) {
  const page = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const at = useHeldMoment(source.run);
  const held = at !== undefined;
  /** The newest line while it is scrolled up. */
  const [head, setHead] = useState<number>();
  const [filter, setFilter] = useState('');
  const between = held ? { from: 0, to: at } : undefined;
  const asked = { ...source, head, filter, between };
  const window = useLive<RowWindow>(source, JSON.stringify([head, filter, at]), () =>
    theDecoder().rows({ ...asked, offset: 0, limit: LINES_MAX }),
  );
  const moments = (window?.rows ?? []).flatMap(({ moment }) => moment ?? []);
  const [newest, oldest] = [moments[0], moments.at(-1)];
  useNoteKept(newest !== undefined && oldest !== undefined ? { from: oldest, to: newest } : undefined);

  const toEnd = (): void => {
    atEnd.current = true;
    setHead(undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines are asked for, and begin at their end
  useEffect(toEnd, [at, filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer has other lines
  useLayoutEffect(() => {
    const element = page.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [window]);
  const onScroll = ({ currentTarget }: UIEvent<HTMLDivElement>): void => {
    const { scrollTop, scrollHeight, clientHeight } = currentTarget;
    atEnd.current = scrollHeight - clientHeight - scrollTop < END_SLACK;
    setHead((before) => (atEnd.current ? undefined : (before ?? window?.head)));
  };

  const still = held || head !== undefined;
  const fresh = window && head !== undefined && !held ? window.latest - window.head : 0;
  const problem = window?.filter === filter ? window.problem : undefined;
  const texts = window?.columns.map(({ role }) => role) ?? [];
  const rows = [...(window?.rows ?? [])].reverse();
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <IconButton
            icon={still && live ? 'play' : 'pause'}
            small
            on={held}
            label={still ? 'Follow the newest lines' : 'Hold still'}
            onClick={() => {
              if (!still) pauseTime();
              else if (held) followTime();
              toEnd();
            }}
          />
        }
        filter={{
          what: 'rows',
          text: filter,
          onChange: setFilter,
          problem,
          words: (window?.columns ?? []).map(({ name }) => name),
        }}
        status={{
          text: [
            held && `up to ${timeText(at)}`,
            `${groupDigits(window?.total ?? 0)} lines`,
            fresh > 0 && `${groupDigits(fresh)} new`,
          ]
            .filter(Boolean)
            .join(' · '),
          testId: 'line-count',
          still,
        }}
        shown={
          window && window.total > 0
            ? {
                rows: { ...asked, head: window.head },
                columns: window.columns.map(columnKey),
                visible: () => window,
              }
            : undefined
        }
        typed={{ ...asked, head: window?.head }}
        view="log"
      />
      {problem && <FilterProblemLine text={filter} problem={problem} />}
      {window && rows.length === 0 && !window.searching && filter === '' && empty}
      {rows.length > 0 && (
        <div
          ref={page}
          className={own.page}
          role="log"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
          tabIndex={0}
          data-testid="lines"
          onScroll={onScroll}
        >
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
