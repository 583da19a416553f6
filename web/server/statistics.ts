import type { AgentConnection } from './agent-connection.ts';
import type { Hosts } from './hosts.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Log } from './log.ts';

/** Program statistics are on while at least one viewer of the run asks for them. */
export interface Statistics {
  set(viewer: object, run: string, on: boolean): void;
  viewerWent(viewer: object): void;
  /** An agent that came back is told again. */
  agentCame(connection: AgentConnection): void;
}

export function statisticsOf(hosts: Hosts, live: LiveRuns, log: Log): Statistics {
  const askers = new Map<string, Set<object>>();

  function tell(run: string, on: boolean): void {
    for (const stream of live.find(run)?.streams.values() ?? []) {
      if (stream.status.state === 'ended') continue;
      hosts
        .connection(stream.host)
        ?.request('run.statistics', { run, on })
        .catch((error: unknown) => log('warn', 'run.statistics', { run, error: String(error) }));
    }
  }

  function set(viewer: object, run: string, on: boolean): void {
    const ofRun = askers.get(run) ?? new Set();
    const before = ofRun.size > 0;
    if (on) ofRun.add(viewer);
    else ofRun.delete(viewer);
    if (ofRun.size > 0) askers.set(run, ofRun);
    else askers.delete(run);
    const after = ofRun.size > 0;
    if (before !== after) tell(run, after);
  }

  return {
    set,
    viewerWent(viewer) {
      for (const [run, ofRun] of [...askers]) if (ofRun.has(viewer)) set(viewer, run, false);
    },
    agentCame(connection) {
      for (const stream of live.unfinished(connection.host)) {
        if (!askers.has(stream.run)) continue;
        connection
          .request('run.statistics', { run: stream.run, on: true })
          .catch((error: unknown) =>
            log('warn', 'run.statistics', { run: stream.run, error: String(error) }),
          );
      }
    },
  };
}
