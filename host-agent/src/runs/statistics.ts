import { readLines } from '../exec/json-lines.ts';
import { END_GRACE, type Launched, launch } from '../exec/launch.ts';
import type { Log } from './log.ts';

/**
 * Program statistics of the kernel (BPF_ENABLE_STATS), which cost each program about 40 ns a call (FACTS). They are on while
 * at least one run is looked at, by a helper process that holds their descriptor and ends when its input closes.
 */
export interface Statistics {
  /** Turns them on or off for one run. */
  set(run: string, on: boolean): void;
  end(): void;
}

export function createStatistics(loaderPath: string, log: Log): Statistics {
  const watched = new Set<string>();
  let helper: Launched | undefined;

  function stop(): void {
    helper?.input.end();
    helper?.end(END_GRACE);
    helper = undefined;
  }

  function start(): void {
    const child = launch({ command: loaderPath, args: ['statistics'], env: {} });
    helper = child;
    child.output.resume();
    readLines(child.log, (line) => log(`statistics: ${line}`));
    child.exited.then(({ code, signal, failure }) => {
      if (helper !== child) return;
      helper = undefined;
      log(`program statistics ended: ${failure ?? signal ?? code}`);
    });
  }

  return {
    set(run, on) {
      if (on) watched.add(run);
      else watched.delete(run);
      if (watched.size === 0) stop();
      else if (helper === undefined) start();
    },
    end: stop,
  };
}
