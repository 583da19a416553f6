import { type ProcessRecord, ProcessRecordSchema } from '@probepad/protocol/loader';
import { readLines } from '../../exec/json-lines.ts';
import { END_GRACE, type Launched, launch } from '../../exec/launch.ts';

/** The kernel's word on what processes map and are called, while somebody wants it. */
export interface ProcessWatch {
  /** @returns ends this wish; the watch ends with the last */
  hold(): () => void;
  end(): void;
}

export interface ProcessWatchOptions {
  loaderPath: string;
  begins(): void;
  ends(): void;
  record(record: ProcessRecord): void;
  log(line: string): void;
}

/** A watch is not given up between two runs that follow each other, in milliseconds. */
const LINGER = 10_000;

export function createProcessWatch(options: ProcessWatchOptions): ProcessWatch {
  let holders = 0;
  let child: Launched | undefined;
  let linger: NodeJS.Timeout | undefined;

  function start(): void {
    const { loaderPath: command, log } = options;
    const started = launch({ command, args: ['processes'], env: {} });
    child = started;
    readLines(started.output, (line) => {
      const record = recordOf(line);
      if (record === undefined) log(`processes: a record was not understood: ${line.slice(0, 200)}`);
      else if (record.type === 'watching') options.begins();
      else if (record.type === 'failed') log(`processes: ${record.message}`);
      else options.record(record);
    });
    readLines(started.log, (line) => log(`processes: ${line.slice(0, 2000)}`));
    for (const stream of [started.output, started.log]) {
      stream.on('error', (error: Error) => log(`processes: ${error.message}`));
    }
    started.exited.then(() => {
      if (child === started) child = undefined;
      options.ends();
    });
  }

  function stop(): void {
    clearTimeout(linger);
    child?.input.end();
    child?.end(END_GRACE);
    child = undefined;
  }

  return {
    hold() {
      holders++;
      clearTimeout(linger);
      if (child === undefined) start();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        if (--holders === 0) linger = setTimeout(stop, LINGER).unref();
      };
    },
    end: stop,
  };
}

function recordOf(line: string): ProcessRecord | undefined {
  try {
    return ProcessRecordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
