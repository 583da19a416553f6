import { randomBytes } from 'node:crypto';
import { machine } from 'node:os';
import { errorOf } from '@probepad/protocol/errors';
import { framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { createFeed } from '../link/feed.ts';
import { type MachineOptions, openMachine } from '../machine.ts';
import { createRunTable } from '../runs/run-table.ts';
import type { Session, StartSession } from './session.ts';

export const LOCAL_HOST = 'local';

/**
 * Runs on this machine without a hub: the agent's own runs and feed, with this process as the peer.
 * @throws PolicyError, or the error of reading a policy file that was named
 */
export function localSession(options: MachineOptions): StartSession {
  return async (probe, listener): Promise<Session> => {
    const { environment, names } = await openMachine(options);
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    let open = true;
    let counts: Parameters<typeof listener.counts>[1] | undefined;
    const feed = createFeed(() => resolve());
    feed.attach({
      control(event) {
        if (event.type === 'run.schema') listener.schema(LOCAL_HOST, event.schema, machine());
        if (event.type === 'run.counts') {
          counts = event.counts;
          // The last ones come with the end.
          if (run.status.state !== 'ended') listener.counts(LOCAL_HOST, event.counts);
        }
        if (event.type !== 'run.status') return;
        if (event.status.state === 'ended') listener.ended(LOCAL_HOST, event.status, counts);
        else listener.status(LOCAL_HOST, event.status);
      },
      data(message) {
        try {
          // The pieces of a large snapshot are kept until its last one has come.
          for (const frame of framesOf(message.slice(), FRAME_PAYLOAD_MAX)) listener.frame(LOCAL_HOST, frame);
        } catch (error) {
          environment.log(`decoding: ${errorOf(error).message}`);
          reject(error);
        }
      },
      hasRoom: () => open,
    });
    const table = createRunTable(environment, feed);
    const run = table.start({
      run: randomBytes(8).toString('hex'),
      stream: 1,
      user: 'local',
      host: LOCAL_HOST,
      probe,
    });
    return {
      done,
      stop: () => run.stop('stopped'),
      names: (_host, asked) => names.resolve(asked),
      setFlow(next) {
        open = next;
        if (open) feed.pump();
      },
      async close() {
        await table.endAll('stopped');
        table.close();
        names.close();
      },
    };
  };
}
