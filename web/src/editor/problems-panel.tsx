import { escapeLines } from '@probepad/protocol/values/escape';
import type { ReactNode } from 'react';
import { useCheck } from '../session/check.ts';
import { hostName, useSession } from '../session/hosts.ts';
import type { Problem } from '../session/problems.ts';
import { reveal, useWorkspace } from '../session/workspace.ts';
import { Icon } from '../ui/icon.tsx';
import styles from './problems-panel.module.css';

const ICONS = { error: 'error', warning: 'warning', note: 'info' } as const;

/** Everything wrong with the probe, worst first; choosing one goes to its line. */
export function ProblemsPanel({
  problems,
  offer,
}: {
  problems: readonly Problem[];
  /** Shown where nothing is known because nobody asked for a check. */
  offer: ReactNode;
}) {
  const hosts = useSession((state) => state.hosts);
  const { error, checking } = useCheck();
  const unasked = useWorkspace((state) => state.unasked);
  return (
    <ul className={styles.list} data-testid="problems" aria-label="Problems">
      {error && (
        <li className={styles.item}>
          <span className={styles.error}>
            <Icon name="error" />
          </span>
          <span className={styles.line}>
            <span className={styles.message}>{error.message}</span>
            <span className={styles.where}>{error.code}</span>
          </span>
          <span className={styles.extra}>→ {error.remedy}</span>
        </li>
      )}
      {problems.map((problem) => (
        <li key={problem.id}>
          <button
            type="button"
            className={styles.item}
            data-testid="problem"
            data-severity={problem.severity}
            onClick={() => problem.place && reveal(problem.place)}
          >
            <span className={styles[problem.severity]} title={problem.severity}>
              <Icon name={ICONS[problem.severity]} />
              <span className="visually-hidden">{problem.severity}: </span>
            </span>
            <span className={styles.line}>
              <span className={styles.message}>{escapeLines(problem.message)}</span>
              <span className={styles.where}>
                {problem.origin}
                {problem.place && ` · ${problem.place.file}:${problem.place.line}:${problem.place.column}`}
                {problem.hosts.length > 0 &&
                  ` · ${problem.hosts.map((id) => hostName(hosts, id)).join(', ')}`}
              </span>
            </span>
            {problem.notes.map((note, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: notes never change places
              <span key={index} className={styles.extra}>
                {note.place && `${note.place.file}:${note.place.line} `}
                {escapeLines(note.message)}
              </span>
            ))}
            {problem.remedy && <span className={styles.extra}>→ {problem.remedy}</span>}
          </button>
        </li>
      ))}
      {unasked && <li>{offer}</li>}
      {problems.length === 0 && !error && !unasked && (
        <li className={styles.none}>{checking ? 'Compiling…' : 'No problems.'}</li>
      )}
    </ul>
  );
}
