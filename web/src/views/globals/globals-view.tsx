import { useState } from 'react';
import type { SourceRef } from '../../session/decoder.ts';
import type { GlobalValue } from '../../session/globals.ts';
import { theDecoder } from '../../session/session.ts';
import { Icon } from '../../ui/icon.tsx';
import { names } from '../../ui/names.ts';
import { CellText } from '../cell-text.tsx';
import { timeText } from '../chart/series-table.ts';
import { NotKept, notKeptText } from '../not-kept.tsx';
import { Sparkline } from '../number/sparkline.tsx';
import { groupDigits } from '../numbers.ts';
import tableStyles from '../table.module.css';
import { useLive } from '../use-live.ts';
import { useHeldMoment, useNoteKept } from '../use-shown-range.ts';
import { ViewTools } from '../view-tools.tsx';
import { GlobalControl } from './global-control.tsx';
import styles from './globals.module.css';
import { exportOfGlobals, type GlobalRow, rowsOfGlobals, titleOfGlobal } from './rows-of-globals.ts';

/** Variables with more parts than this are closed at first. */
const OPEN_MAX = 16;

/**
 * The globals of a section as they are now, with what they were, or while the time is held as they were at the end of what is shown;
 * those of .data and .bss can be changed while the probe runs and the time goes on.
 */
export function GlobalsView({ source, live }: { source: SourceRef; live: boolean }) {
  const at = useHeldMoment(source.run);
  const held = at !== undefined;
  const window = useLive(source, `globals ${at}`, () => theDecoder().globals({ ...source, at }), {
    clockOnly: held && live,
  });
  useNoteKept(window?.span);
  const values = window?.values ?? [];
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const isClosed = ({ name, parts }: GlobalValue): boolean => parts > OPEN_MAX !== toggled.has(name);
  const closed = new Set(
    values.filter((value) => value.parts > 0 && isClosed(value)).map(({ name }) => name),
  );
  const rows = rowsOfGlobals(values, closed);
  const several = new Set(values.map(({ host }) => host)).size > 1;
  const variables = new Set(values.filter(({ depth }) => depth === 0).map(({ name }) => name)).size;
  const toggle = (name: string): void =>
    setToggled((before) => {
      const next = new Set(before);
      if (!next.delete(name)) next.add(name);
      return next;
    });
  return (
    <div className={tableStyles.view} data-testid="globals">
      <ViewTools
        source={source.source}
        view="globals"
        status={{
          text: [
            held && window?.taken !== undefined && `as of ${timeText(window.taken)}`,
            `${groupDigits(variables)} ${variables === 1 ? 'variable' : 'variables'}`,
            rows.length > 0 && notKeptText(window?.unkept),
          ]
            .filter(Boolean)
            .join(' · '),
          testId: 'global-count',
          still: held,
        }}
        collect={rows.length > 0 ? () => exportOfGlobals(rows) : undefined}
        typed={{ ...source, filter: '', at }}
      />
      {rows.length === 0 && window?.unkept && held ? (
        <NotKept unkept={window.unkept} at={at} />
      ) : (
        <div className={styles.page}>
          <Variables
            source={source}
            rows={rows}
            closed={closed}
            several={several}
            onToggle={toggle}
            canWrite={live && !held}
          />
        </div>
      )}
    </div>
  );
}

function Variables({
  source,
  rows,
  closed,
  several,
  onToggle,
  canWrite,
}: {
  source: SourceRef;
  rows: readonly GlobalRow[];
  closed: ReadonlySet<string>;
  /** They are of more than one host. */
  several: boolean;
  onToggle(name: string): void;
  canWrite: boolean;
}) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">name</th>
          <th scope="col">value</th>
          {several && <th scope="col">by host</th>}
          <th scope="col">history</th>
          <th scope="col">type</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name} data-testid="global" className={names(row.first.depth === 0 && styles.outer)}>
            <th scope="row" style={{ paddingLeft: `${0.5 + row.first.depth * 1.1}rem` }}>
              <Name value={row.first} open={!closed.has(row.name)} onToggle={() => onToggle(row.name)} />
            </th>
            <td className={styles.value}>
              {row.first.parts > 0 ? (
                <span className={styles.summary}>
                  {closed.has(row.name) && <CellText text={row.first.text} />}
                </span>
              ) : canWrite && row.hosts.some(({ writable }) => writable) ? (
                <GlobalControl source={source} row={row} />
              ) : (
                <span title={titleOfGlobal(row.first)}>
                  <CellText text={row.first.text} />
                </span>
              )}
            </td>
            {several && (
              <td className={styles.hosts}>
                <Hosts row={row} />
              </td>
            )}
            <td className={styles.history}>
              {row.first.parts === 0 && row.first.past && (
                <Sparkline times={[...row.first.past.keys()]} values={row.first.past} />
              )}
            </td>
            <td className={styles.type}>{row.first.type}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Name({ value, open, onToggle }: { value: GlobalValue; open: boolean; onToggle(): void }) {
  // Its place in what stands above it.
  const text = /[^.[\]]+$|\[\d+\]$/.exec(value.name)?.[0] ?? value.name;
  if (value.parts === 0) return <span className={styles.leaf}>{text}</span>;
  return (
    <button type="button" className={styles.toggle} aria-expanded={open} onClick={onToggle}>
      <Icon name={open ? 'down' : 'chevron'} size={11} />
      {text}
    </button>
  );
}

/** What each host has, where they differ. */
function Hosts({ row: { hosts, first } }: { row: GlobalRow }) {
  if (first.parts > 0) return null;
  if (hosts.every(({ text }) => text === first.text)) return <span className={styles.same}>the same</span>;
  return hosts.map((value) => (
    <span key={value.host} className={styles.host} title={titleOfGlobal(value)}>
      <CellText text={value.hostName} /> <b>{value.text}</b>
    </span>
  ));
}
