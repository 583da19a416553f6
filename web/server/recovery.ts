import type { AgentHello } from '@probepad/protocol/control/agent';
import { probepadError } from '@probepad/protocol/errors';
import { HEARTBEAT_TIMEOUT } from '@probepad/protocol/limits';
import type { AgentConnection } from './agent-connection.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Log } from './log.ts';
import type { Store } from './store/store.ts';
import type { RunStream } from './stream.ts';

/**
 * What becomes of runs when a connection or the hub itself breaks. An agent keeps its runs for the lease; so long the hub
 * waits for it, and a little longer, because the two notice the break at different times.
 */
export interface Recovery {
  /** Takes up runs from before the hub's start: they wait for their agents like after a broken connection. */
  restore(): Promise<void>;
  /** Continues what the agent still has and ends what it has not. */
  agentCame(connection: AgentConnection, hello: AgentHello): void;
  agentWent(host: string): void;
  close(): void;
}

/** An agent that comes back may still have to tell how a run ended meanwhile. */
const LAST_WORD_WAIT = 2_000;

export function recovery(live: LiveRuns, store: Store, log: Log, lease: number): Recovery {
  /** By host that is away: when its lease is over. */
  const leases = new Map<string, NodeJS.Timeout>();
  /** By run's stream: when it is no longer waited for what its agent, back without the run, may have to tell of its end. */
  const lastWords = new Map<number, NodeJS.Timeout>();
  let closed = false;

  function later<K>(timers: Map<K, NodeJS.Timeout>, key: K, delay: number, action: () => void): void {
    if (closed) return;
    const timer = setTimeout(() => {
      timers.delete(key);
      action();
    }, delay);
    timers.set(key, timer);
  }

  function forget<K>(timers: Map<K, NodeJS.Timeout>, key: K): void {
    clearTimeout(timers.get(key));
    timers.delete(key);
  }

  function end(stream: RunStream, reason: 'host_lost' | 'crashed', what: string): void {
    const code = reason === 'host_lost' ? 'host_offline' : 'loader_crashed';
    const error = probepadError(code, what, { reason: 'its agent was started anew' });
    live.update({ ...stream.status, state: 'ended', reason, error }, 'hub');
  }

  /** A run that was stopped while its host was away still brings what it has had to say, and ends by itself. */
  async function goOn(connection: AgentConnection, stream: RunStream): Promise<void> {
    const { run } = stream;
    const resumed = connection.request('run.resume', { run, received: stream.received() });
    const stopped = stream.stopWanted ? connection.request('run.stop', { run }) : undefined;
    await Promise.all([resumed, stopped]);
  }

  /** @returns whether the host, which is back without the run, may never have heard of it */
  function startsAgain(stream: RunStream): boolean {
    const { askAgain, stopWanted, status, run, host } = stream;
    if (askAgain === undefined) return false;
    stream.askAgain = undefined;
    if (stopWanted) {
      live.update({ ...status, state: 'ended', reason: 'stopped' }, 'hub');
    } else {
      log('info', 'run.start again', { run, host });
      askAgain();
    }
    return true;
  }

  function waitFor(host: string, reason: 'host_lost' | 'crashed'): void {
    const streams = live.unfinished(host);
    if (streams.length === 0) return;
    later(leases, host, lease + Math.min(lease, HEARTBEAT_TIMEOUT), () => {
      for (const stream of streams) {
        end(stream, reason, 'waiting for the host: it did not come back within the lease');
      }
    });
  }

  return {
    async restore() {
      const hosts = new Set<string>();
      for (const run of await store.runs.unfinished()) {
        const { streams } = live.add(run, true);
        for (const host of streams.keys()) hosts.add(host);
        for (const [id, { host, schema }] of await store.runs.schemas(run.id)) {
          const stream = streams.get(host);
          if (stream?.id === id) stream.schema = schema;
        }
      }
      for (const host of hosts) waitFor(host, 'crashed');
    },
    agentCame(connection, hello) {
      forget(leases, connection.host);
      const going = new Map(hello.runs.map(({ run, stream }) => [run, stream]));
      for (const [run, id] of going) {
        const stream = live.stream(id);
        const known = stream !== undefined && stream.run === run && stream.host === connection.host;
        if (!known) connection.ignored.add(id);
        const action =
          known && stream.status.state !== 'ended'
            ? goOn(connection, stream)
            : // Over for the hub and its viewers, so it is to be over on the host.
              connection.request('run.stop', { run });
        action.catch((error: unknown) => log('warn', 'run.resume', { run, error: String(error) }));
      }
      for (const stream of live.unfinished(connection.host)) {
        if (stream.compiledElsewhere) continue;
        if (going.has(stream.run)) {
          forget(lastWords, stream.id);
          stream.askAgain = undefined;
        } else if (!startsAgain(stream) && !lastWords.has(stream.id)) {
          // An agent that goes again and again does not put this off.
          later(lastWords, stream.id, LAST_WORD_WAIT, () => {
            // A connection that was replaced ends after the new one came.
            if (!startsAgain(stream)) end(stream, 'crashed', 'the host came back without the run');
          });
        }
      }
    },
    agentWent(host) {
      forget(leases, host);
      waitFor(host, 'host_lost');
    },
    close() {
      closed = true;
      for (const timer of [...leases.values(), ...lastWords.values()]) clearTimeout(timer);
    },
  };
}
