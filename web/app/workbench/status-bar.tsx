import { memo } from 'react';
import { HostMark } from '../../src/hosts/host-mark.tsx';
import { standingOf } from '../../src/run/words.ts';
import { useCheck } from '../../src/session/check.ts';
import { leadingHost, useSession } from '../../src/session/hosts.ts';
import { toggleBottom, toggleSide } from '../../src/session/preferences.ts';
import type { Problem } from '../../src/session/problems.ts';
import { countsOf, droppedOf, isLive, type RunView, sourcesOf, streams } from '../../src/session/runs.ts';
import { useWorkspace } from '../../src/session/workspace.ts';
import { Icon } from '../../src/ui/icon.tsx';
import { names } from '../../src/ui/names.ts';
import { percentText, shortNumber } from '../../src/views/numbers.ts';
import styles from './status-bar.module.css';
import { useCurrentRun } from './use-problems.ts';

const CONNECTION_WORDS = {
  connecting: 'connecting',
  open: 'connected',
  waiting: 'reconnecting',
  refused: 'refused',
} as const;

/** Host, kernel, clang, attached programs, events a second, drops, connection. */
export const StatusBar = memo(function StatusBar({ problems }: { problems: readonly Problem[] }) {
  const hosts = useSession((state) => state.hosts);
  const connection = useSession((state) => state.connection.state);
  const chosen = useWorkspace((state) => state.hosts);
  const { checking, milliseconds, cached, diagnostics } = useCheck();
  const unasked = useWorkspace((state) => state.unasked);
  const broken = diagnostics.some(({ severity }) => severity === 'error');
  const host = leadingHost(hosts, chosen);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  return (
    <footer className={styles.bar} data-testid="status-bar">
      <RunItems run={useCurrentRun()} />
      <button
        type="button"
        className={names(styles.item, errors > 0 && styles.bad)}
        aria-label={`${errors} errors, ${warnings} warnings: show problems`}
        data-testid="status-problems"
        onClick={() => toggleBottom('problems')}
      >
        <Icon name="error" size={13} />
        {errors}
        <Icon name="warning" size={13} />
        {warnings}
      </button>
      <span className={styles.item} data-testid="status-check">
        {checking && 'checking…'}
        {unasked && 'not checked'}
        {!checking && milliseconds !== undefined && (
          <>
            {broken ? 'does not compile' : 'compiles'}
            <span className={styles.mono}>
              {cached
                ? 'cached'
                : `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`}
            </span>
          </>
        )}
      </span>
      <span className={styles.space} />
      {host && (
        <button
          type="button"
          className={styles.item}
          onClick={() => toggleSide('hosts')}
          data-testid="status-host"
        >
          <HostMark host={host} />
          {host.name}
          {chosen.length > 1 && ` +${chosen.length - 1}`}
        </button>
      )}
      {host?.facts && (
        <>
          <span className={styles.item} data-testid="status-kernel">
            kernel <span className={styles.mono}>{host.facts.kernel}</span>
          </span>
          <span className={styles.item} data-testid="status-clang">
            {host.facts.clang === '' ? (
              <span className={styles.warn}>no clang</span>
            ) : (
              <>
                clang <span className={styles.mono}>{host.facts.clang}</span>
              </>
            )}
          </span>
        </>
      )}
      <span
        className={names(styles.item, connection !== 'open' && styles.warn)}
        role="status"
        data-testid="status-connection"
      >
        <Icon name={connection === 'open' ? 'check' : 'warning'} size={13} />
        {CONNECTION_WORDS[connection]}
      </span>
    </footer>
  );
});

function RunItems({ run }: { run: RunView | undefined }) {
  if (!run) return null;
  const sources = sourcesOf(run);
  const programs = Object.values(run.statuses).flatMap((status) =>
    status.state === 'ended' ? [] : status.programs,
  );
  const attached = programs.filter(({ state }) => state === 'attached').length;
  const rate = sources.reduce((sum, { name, kind }) => sum + (streams(kind) ? (run.rates[name] ?? 0) : 0), 0);
  const drops = sources.reduce((sum, { name }) => sum + droppedOf(countsOf(run, name)), 0);
  const live = isLive(run);
  const costs = Object.values(run.counts).flatMap(({ cpus }) => cpus ?? []);
  const standing = standingOf(Object.values(run.statuses));
  return (
    <>
      {live && (
        <span className={names(styles.item, styles.live)} data-testid="status-attached">
          <Icon name="play" size={11} />
          {standing === 'running' ? `${attached} attached` : standing}
        </span>
      )}
      {live && (
        <span className={styles.item} data-testid="status-rate">
          <span className={styles.mono}>{shortNumber(rate)}</span> events/s
        </span>
      )}
      {live && costs.length > 0 && (
        <span
          className={styles.item}
          title="What the run takes of its hosts: its programs and their loader, 100 % being one CPU"
          data-testid="status-cpus"
        >
          <span className={styles.mono}>{cpuText(costs.reduce((sum, cpus) => sum + cpus, 0))}</span> CPU
        </span>
      )}
      <span className={names(styles.item, drops > 0 && styles.warn)} data-testid="status-drops">
        <Icon name="drop" size={13} />
        <span className={styles.mono}>{shortNumber(drops)}</span> dropped
      </span>
    </>
  );
}

/** Samples of some milliseconds tell tenths of a percent, no more. */
function cpuText(share: number): string {
  return share > 0 && share < 0.001 ? '<0.1 %' : percentText(Math.round(share * 1000) / 1000);
}
