import { fail } from '@probepad/protocol/errors';
import { WorkloadMessageSchema } from '@probepad/protocol/loader';
import { readLines } from '../exec/json-lines.ts';
import { END_GRACE, launch } from '../exec/launch.ts';
import type { Log } from './log.ts';

/** Nanoseconds of one operation, a number a batch, by the operation's name. */
export type Round = ReadonlyMap<string, readonly number[]>;

/** A process that does, when asked, what traced programs do all day. */
export interface Workload {
  /** @throws ProbepadFailure when the process has gone */
  round(): Promise<Round>;
  end(): void;
}

export async function startWorkload(loaderPath: string, log: Log): Promise<Workload> {
  const child = launch({ command: loaderPath, args: ['workload'], env: {} });
  let waiting: ((round: Round | undefined) => void) | undefined;
  let gone = false;

  readLines(child.log, (line) => log(`workload: ${line}`));
  readLines(child.output, (line) => {
    const message = WorkloadMessageSchema.parse(JSON.parse(line));
    if (message.type !== 'round') return;
    waiting?.(new Map(message.operations.map(({ name, nanoseconds }) => [name, nanoseconds])));
    waiting = undefined;
  });
  child.exited.then(() => {
    gone = true;
    waiting?.(undefined);
  });

  return {
    async round() {
      const round = gone
        ? undefined
        : await new Promise<Round | undefined>((resolve) => {
            waiting = resolve;
            child.input.write('r');
          });
      return round ?? fail('internal', 'measuring: the process that is measured has gone');
    },
    end() {
      child.input.end();
      child.end(END_GRACE);
    },
  };
}
