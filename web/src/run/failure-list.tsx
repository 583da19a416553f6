import { escapeLines } from '@probepad/protocol/values/escape';
import { type Problem, problemsOf } from '../session/problems.ts';
import type { RunView } from '../session/runs.ts';
import { reveal } from '../session/workspace.ts';
import { Icon } from '../ui/icon.tsx';
import styles from './failure-list.module.css';

/** More than these are in the Problems panel. */
const SHOWN = 8;

/** What kept a run from starting, to be read where its rows would be: each message with its line as it was run. */
export function FailureList({ run }: { run: RunView }) {
  const errors = problemsOf([], false, run).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return null;
  return (
    <div className={styles.page} data-testid="failures">
      <ol className={styles.list}>
        {errors.slice(0, SHOWN).map((problem) => (
          <li key={problem.id}>
            <Failure problem={problem} text={lineOf(run, problem)} />
          </li>
        ))}
      </ol>
      {errors.length > SHOWN && (
        <p className={styles.more}>and {errors.length - SHOWN} more in the Problems panel</p>
      )}
    </div>
  );
}

function Failure({ problem, text }: { problem: Problem; text: string | undefined }) {
  const { place } = problem;
  return (
    <button
      type="button"
      className={styles.item}
      data-testid="failure"
      disabled={!place}
      onClick={() => place && reveal(place)}
    >
      <span className={styles.mark}>
        <Icon name="error" />
      </span>
      <span className={styles.message}>{escapeLines(problem.message)}</span>
      {place && text !== undefined && (
        <span className={styles.code}>
          <span className={styles.number} title={place.file}>
            {place.line}
          </span>
          <code>{text}</code>
        </span>
      )}
      {problem.remedy && <span className={styles.remedy}>→ {problem.remedy}</span>}
    </button>
  );
}

/** The source line that a problem is at, in the text that was run. */
function lineOf(run: RunView, { place }: Problem): string | undefined {
  if (!place) return undefined;
  const file = run.info?.probe.files.find(({ name }) => name === place.file);
  return file?.text.split('\n')[place.line - 1]?.trim();
}
