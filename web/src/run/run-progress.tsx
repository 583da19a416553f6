import type { RunStatus } from '@probepad/protocol/control/run';
import type { ProbepadError } from '@probepad/protocol/errors';
import { escapeLines } from '@probepad/protocol/values/escape';
import { hostName, useSession } from '../session/hosts.ts';
import { usePreferences } from '../session/preferences.ts';
import { type RunView, sourcesOf, streams } from '../session/runs.ts';
import { reveal } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { names } from '../ui/names.ts';
import styles from './run-progress.module.css';
import { endedWell, millisecondsText, REASON_WORDS, stagesOf } from './words.ts';

/** A line a host: where it stands and how long each step took; under it what went wrong and what to do. */
export function RunProgress({ run }: { run: RunView }) {
  const hosts = useSession((state) => state.hosts);
  const statuses = Object.values(run.statuses);
  const records = sourcesOf(run).some(({ kind }) => streams(kind));
  return (
    <div className={styles.strip} data-testid="run-progress">
      {statuses.map((status) => (
        <div key={status.host}>
          <div
            className={styles.host}
            data-testid="run-host"
            data-host={status.host}
            data-state={status.state}
          >
            <StateMark status={status} />
            <span className={styles.name}>{hostName(hosts, status.host)}</span>
            <Stages status={status} records={records} />
          </div>
          {status.error && <Failure status={status} />}
        </div>
      ))}
    </div>
  );
}

function StateMark({ status }: { status: RunStatus }) {
  if (status.state !== 'ended') {
    return (
      <span className={names(styles.state, styles.live)} role="status" data-testid="run-state">
        <Icon name={status.state === 'running' ? 'play' : 'target'} size={12} />
        {status.state}
      </span>
    );
  }
  const well = endedWell(status.reason);
  return (
    <span
      className={names(styles.state, well ? styles.over : styles.failed)}
      role="status"
      data-testid="run-state"
    >
      <Icon name={well ? 'stop' : 'error'} size={12} />
      {status.reason ? REASON_WORDS[status.reason] : 'ended'}
    </span>
  );
}

/** `records`: the program sends some, so that a first one is waited for. */
function Stages({ status, records }: { status: RunStatus; records: boolean }) {
  return (
    <span className={styles.stages}>
      {stagesOf(status)
        .filter(({ state, time }) => state !== 'ahead' && (time !== undefined || state !== 'done'))
        .filter(({ name, time }) => records || name !== 'first event' || time !== undefined)
        .filter(({ state }) => status.state !== 'ended' || state !== 'now')
        .map(({ name, time, state }) => (
          <span
            key={name}
            className={names(
              styles.stage,
              state === 'now' && styles.now,
              state === 'failed' && styles.failed,
            )}
          >
            {name}
            {time !== undefined && <span className={styles.time}>{millisecondsText(time)}</span>}
            {time === undefined && state === 'now' && '…'}
          </span>
        ))}
    </span>
  );
}

/** Why a start came to nothing, before any host had a part in it. */
export function StartRefused({ error }: { error: ProbepadError }) {
  return (
    <div className={styles.strip}>
      <div className={styles.error} role="alert" data-testid="start-error" data-code={error.code}>
        <span className={styles.message}>{error.message}</span>
        <span className={styles.remedy}>→ {error.remedy}</span>
      </div>
    </div>
  );
}

function Failure({ status }: { status: RunStatus }) {
  if (!status.error) return null;
  const place = status.diagnostics.find((diagnostic) => diagnostic.place)?.place;
  return (
    <div className={styles.error} role="alert" data-testid="run-error" data-code={status.error.code}>
      <span className={styles.message}>{escapeLines(status.error.message)}</span>
      <span className={styles.remedy}>→ {status.error.remedy}</span>
      {(place || status.reason === 'verifier_rejected') && (
        <span className={styles.links}>
          {place && (
            <Button small onClick={() => reveal(place)}>
              Go to {place.file}:{place.line}
            </Button>
          )}
          {status.reason === 'verifier_rejected' && (
            <Button small onClick={() => usePreferences.setState({ bottom: 'log' })}>
              Verifier log
            </Button>
          )}
        </span>
      )}
    </div>
  );
}
