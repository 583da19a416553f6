import { StatisticsMessageSchema, type StatisticsOrder } from '@probepad/protocol/loader';
import { readLines } from '../exec/json-lines.ts';
import { END_GRACE, type Launched, launch } from '../exec/launch.ts';
import type { Log } from './log.ts';

/** Calls back with the share of the time that a run's programs took: 1 is one CPU wholly. */
export type TakeSample = (cpus: number) => void;

/** Calls back when they can't be turned on, with the reason: no samples come until they can. May come again. */
export type TakeFailure = (reason: string) => void;

/**
 * Program statistics of the kernel (BPF_ENABLE_STATS), which cost each program about 40 ns a call (FACTS): on while at least one
 * run is looked at, and otherwise for short windows while the cost of a run is measured. A helper process holds them, which ends
 * when its input closes.
 */
export interface Statistics {
  /** Keeps them on, or no longer, for one run. */
  set(run: string, on: boolean): void;
  /** A run will be metered, or `unmeter`ed: the helper is there when this returns, so that the run's programs don't see it start. */
  prepare(run: string): void;
  /** Samples a run's programs, by their ids in the kernel, twice a second until `unmeter`. */
  meter(run: string, programs: readonly number[], take: TakeSample, failed: TakeFailure): void;
  unmeter(run: string): void;
  end(): void;
}

/** Milliseconds until a helper that died is started again: the first time, and at most. A sample begins from the first time. */
const RESTART_FIRST = 100;
const RESTART_LONGEST = 10_000;

export function createStatistics(loaderPath: string, log: Log): Statistics {
  const watched = new Set<string>();
  const prepared = new Set<string>();
  const metered = new Map<string, { programs: readonly number[]; take: TakeSample; failed: TakeFailure }>();
  let helper: Launched | undefined;
  let wait = RESTART_FIRST;
  let restart: NodeJS.Timeout | undefined;
  /** Why they could not be turned on, until they can. */
  let failure: string | undefined;

  function fail(reason: string): void {
    failure = reason;
    for (const { failed } of metered.values()) failed(reason);
  }

  function stop(): void {
    clearTimeout(restart);
    restart = undefined;
    helper?.input.end();
    helper?.end(END_GRACE);
    helper = undefined;
  }

  function start(): Launched {
    const child = launch({ command: loaderPath, args: ['statistics'], env: {} });
    readLines(child.output, take);
    readLines(child.log, (line) => log(`statistics: ${line}`));
    child.exited.then(({ code, signal, failure: unstarted }) => {
      if (helper !== child) return;
      helper = undefined;
      log(`program statistics ended: ${unstarted ?? signal ?? code}`);
      if (unstarted !== undefined) fail(unstarted);
      // Without it no run has a budget.
      restart = setTimeout(() => {
        restart = undefined;
        order();
      }, wait).unref();
      wait = Math.min(RESTART_LONGEST, wait * 2);
    });
    return child;
  }

  function take(line: string): void {
    const message = StatisticsMessageSchema.parse(JSON.parse(line));
    if (message.type === 'failed') {
      log(`statistics: ${message.message}`);
      fail(message.message);
    }
    if (message.type !== 'sample') return;
    wait = RESTART_FIRST;
    failure = undefined;
    const times = new Map(message.programs.map(({ id, run_time_ns }) => [id, run_time_ns]));
    for (const { programs, take: tell } of metered.values()) {
      const known = programs.map((id) => times.get(id)).filter((time) => time !== undefined);
      // A sample from before the run was metered holds nothing of it.
      if (known.length === programs.length)
        tell(known.reduce((sum, time) => sum + time, 0) / message.window_ns);
    }
  }

  function order(): void {
    if (watched.size === 0 && metered.size === 0 && prepared.size === 0) {
      stop();
      return;
    }
    // One that died waits for its turn.
    if (restart !== undefined) return;
    helper ??= start();
    const wanted: StatisticsOrder = {
      hold: watched.size > 0,
      programs: [...metered.values()].flatMap(({ programs }) => programs),
    };
    helper.input.write(`${JSON.stringify(wanted)}\n`);
  }

  return {
    set(run, on) {
      if (watched.has(run) === on) return;
      if (on) watched.add(run);
      else watched.delete(run);
      order();
    },
    prepare(run) {
      prepared.add(run);
      order();
    },
    meter(run, programs, tell, failed) {
      prepared.delete(run);
      metered.set(run, { programs, take: tell, failed });
      if (failure !== undefined) failed(failure);
      order();
    },
    unmeter(run) {
      const wasPrepared = prepared.delete(run);
      if (metered.delete(run) || wasPrepared) order();
    },
    end: stop,
  };
}
