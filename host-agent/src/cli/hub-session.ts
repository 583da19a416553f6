import type { BrowserEvent } from '@probepad/protocol/control/browser';
import type { RunCounts, RunStatus } from '@probepad/protocol/control/run';
import { errorOf, type ProbepadError } from '@probepad/protocol/errors';
import { chooseHosts, connectToHub } from './hub-client.ts';
import type { Session, StartSession } from './session.ts';

interface Followed {
  name: string;
  arch: string | undefined;
  stream: number;
  counts: RunCounts | undefined;
  /** The last status, while the counts that belong to it are still to come. */
  ending: RunStatus | undefined;
  over: boolean;
}

/** Runs on hosts of a hub and watches as a browser does. */
export function hubSession(hub: string, hostNames: readonly string[], name: string): StartSession {
  return async (probe, listener): Promise<Session> => {
    const client = await connectToHub(hub);
    try {
      const hosts = chooseHosts(client.hosts, hostNames);
      const started = await client.request('run.start', { hosts: hosts.map(({ id }) => id), name, probe });
      const followed = new Map<string, Followed>();
      for (const { host, stream } of started.statuses) {
        const known = hosts.find(({ id }) => id === host);
        const arch = known?.facts?.arch;
        followed.set(host, {
          name: known?.name ?? host,
          arch,
          stream,
          counts: undefined,
          ending: undefined,
          over: false,
        });
      }
      const { promise: allOver, resolve: finish } = Promise.withResolvers<void>();

      const conclude = (entry: Followed, status: RunStatus): void => {
        if (entry.over) return;
        entry.over = true;
        listener.ended(entry.name, status, entry.counts);
        if ([...followed.values()].every(({ over }) => over)) finish();
      };
      const onEvent = (event: BrowserEvent): void => {
        if (event.type === 'run.status' && event.status.run === started.id) {
          const entry = followed.get(event.status.host);
          if (entry === undefined || entry.over) return;
          if (event.status.state === 'ended') conclude(entry, event.status);
          else listener.status(entry.name, event.status);
        } else if (event.type === 'run.schema' && event.run === started.id) {
          const entry = followed.get(event.host);
          if (entry !== undefined) listener.schema(entry.name, event.schema, entry.arch);
        } else if (event.type === 'run.counts' && event.run === started.id) {
          const entry = followed.get(event.host);
          if (entry === undefined) return;
          entry.counts = event.counts;
          if (entry.ending !== undefined) conclude(entry, entry.ending);
          else listener.counts(entry.name, event.counts);
        }
      };

      // Statuses before the reply to `run.watch` are in short form, and the reply has them whole; what follows it may come
      // before this function goes on.
      let replied = false;
      let held: (() => void)[] | undefined = [];
      const inOrder = (act: () => void): void => {
        if (held === undefined) act();
        else if (replied) held.push(act);
      };
      const byStream = new Map([...followed.values()].map((entry) => [entry.stream, entry]));
      client.onEvent((event) => inOrder(() => onEvent(event)));
      client.onFrame((frame) => {
        const entry = byStream.get(frame.header.stream);
        if (entry !== undefined) inOrder(() => listener.frame(entry.name, frame));
      });
      const watched = await client.request('run.watch', { run: started.id }, () => {
        replied = true;
      });
      for (const status of watched.statuses) {
        const entry = followed.get(status.host);
        if (entry === undefined) continue;
        if (status.state !== 'ended') listener.status(entry.name, status);
        else if (status.programs.length === 0) conclude(entry, status);
        else entry.ending = status;
      }
      const early = held;
      held = undefined;
      for (const act of early) act();

      const stopFailed = Promise.withResolvers<never>();
      stopFailed.promise.catch(() => {});
      return {
        done: Promise.race([allOver, client.lost, stopFailed.promise]),
        stop() {
          client.request('run.stop', { run: started.id }).catch((thrown: unknown) => {
            const error: ProbepadError = errorOf(thrown);
            if (error.code !== 'run_ended') stopFailed.reject(thrown);
          });
        },
        setFlow: (open) => client.setFlow(open),
        names(name, asked) {
          const [host = ''] = [...followed].find(([, entry]) => entry.name === name) ?? [];
          return client.request('names.resolve', { run: started.id, host, asked });
        },
        async close() {
          client.close();
        },
      };
    } catch (error) {
      client.close();
      throw error;
    }
  };
}
