import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import { useState } from 'react';
import type { GlobalValue, SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { Icon } from '../../ui/icon.tsx';
import { names } from '../../ui/names.ts';
import { CellText } from '../cell-text.tsx';
import { Sparkline } from '../number/sparkline.tsx';
import { usePanelPicture } from '../picture/panel-pictures.ts';
import { tablePicture } from '../picture/table-picture.ts';
import { useLive } from '../use-live.ts';
import { GlobalControl } from './global-control.tsx';
import styles from './globals.module.css';
import { type GlobalRow, rowsOfGlobals } from './rows-of-globals.ts';

/** Variables with more parts than this are closed at first. */
const OPEN_MAX = 16;

/** The globals of a section as they are now, with what they were; those of .data and .bss can be changed while the probe runs. */
export function GlobalsView({ source, live }: { source: SourceRef; live: boolean }) {
  const values = useLive(source, 'globals', () => theDecoder().globals(source)) ?? [];
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const isClosed = ({ name, parts }: GlobalValue): boolean => parts > OPEN_MAX !== toggled.has(name);
  const closed = new Set(
    values.filter((value) => value.parts > 0 && isClosed(value)).map(({ name }) => name),
  );
  const rows = rowsOfGlobals(values, closed);
  const several = new Set(values.map(({ host }) => host)).size > 1;
  const toggle = (name: string): void =>
    setToggled((before) => {
      const next = new Set(before);
      if (!next.delete(name)) next.add(name);
      return next;
    });
  usePanelPicture(() => tablePicture(source.source, exported(rows)));
  return (
    <div className={styles.page} data-testid="globals">
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
                <Name value={row.first} open={!closed.has(row.name)} onToggle={() => toggle(row.name)} />
              </th>
              <td className={styles.value}>
                {row.first.parts > 0 ? (
                  <span className={styles.summary}>
                    {closed.has(row.name) && <CellText text={row.first.text} />}
                  </span>
                ) : live && row.hosts.some(({ writable }) => writable) ? (
                  <GlobalControl source={source} row={row} />
                ) : (
                  <CellText text={row.first.text} />
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
    </div>
  );
}

function exported(rows: readonly GlobalRow[]): ExportedTable {
  return {
    columns: ['name', 'value', 'type'].map((name) => ({ name, align: 'text' })),
    rows: rows.map(({ name, first }) => ({ cells: [name, first.parts > 0 ? '' : first.text, first.type] })),
  };
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
  return hosts.map(({ host, hostName, text }) => (
    <span key={host} className={styles.host}>
      <CellText text={hostName} /> <b>{text}</b>
    </span>
  ));
}
