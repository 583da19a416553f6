import { isDeepStrictEqual } from 'node:util';
import type { AgentEvent, AgentHello } from '@probepad/protocol/control/agent';
import type { AgentConnection } from './agent-connection.ts';
import type { Hosts } from './hosts.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Log } from './log.ts';
import type { Recovery } from './recovery.ts';
import type { Statistics } from './statistics.ts';
import type { Store } from './store/store.ts';
import type { RunStream } from './stream.ts';
import type { Terminals } from './terminals.ts';

/** What happens when an agent comes, says something, or goes. */
export interface AgentEvents {
  came(connection: AgentConnection, hello: AgentHello): void;
  handle(connection: AgentConnection, event: AgentEvent): void;
  went(host: string): void;
}

export interface AgentEventParts {
  hosts: Hosts;
  live: LiveRuns;
  recovery: Recovery;
  statistics: Statistics;
  terminals: Terminals;
  store: Store;
  log: Log;
}

export function agentEvents(parts: AgentEventParts): AgentEvents {
  const { hosts, live, recovery, statistics, terminals, store, log } = parts;

  /** The stream when it is that host's; an agent's word on another host's runs counts for nothing. */
  function ownStream(connection: AgentConnection, run: string): RunStream | undefined {
    const found = live.find(run);
    const stream = found?.streams.get(connection.host);
    // A run that is long over may still be spoken of after a reconnect; another host's run may not.
    if (found !== undefined && stream === undefined)
      log('warn', 'agent names a run that is not its own', { host: connection.host, run });
    return stream;
  }

  return {
    came(connection, hello) {
      // One that comes back has ended its terminals, also when the hub did not notice that it was gone.
      terminals.hostWent(connection.host);
      recovery.agentCame(connection, hello);
      statistics.agentCame(connection);
    },
    handle(connection, event) {
      switch (event.type) {
        case 'facts':
          hosts
            .saveFacts(connection.host, event.facts)
            .catch((error: unknown) => log('error', 'store', { what: 'facts', error: String(error) }));
          return;
        case 'run.status': {
          const stream = ownStream(connection, event.status.run);
          if (stream !== undefined) {
            live.update({ ...event.status, host: connection.host, stream: stream.id }, 'agent');
          }
          return;
        }
        case 'run.schema': {
          const stream = ownStream(connection, event.run);
          if (stream === undefined) return;
          // An agent that came back tells it again; viewers have it.
          if (isDeepStrictEqual(stream.schema, event.schema)) return;
          stream.schema = event.schema;
          store.runs
            .saveSchema(event.run, connection.host, event.schema)
            .catch((error: unknown) => log('error', 'store', { what: 'schema', error: String(error) }));
          for (const viewer of stream.viewers) viewer.schema(stream);
          return;
        }
        case 'run.counts': {
          const stream = ownStream(connection, event.run);
          if (stream === undefined) return;
          stream.countsFromAgent(event.counts);
          for (const viewer of stream.viewers) viewer.touch(stream);
          return;
        }
        case 'terminal.output':
        case 'terminal.exit':
          terminals.fromAgent(connection.host, event);
          return;
        case 'pong':
          return;
        default:
          event satisfies never;
      }
    },
    went(host) {
      recovery.agentWent(host);
      terminals.hostWent(host);
    },
  };
}
