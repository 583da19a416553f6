import { readFile } from 'node:fs/promises';
import { type ProbepadError, probepadError } from '@probepad/protocol/errors';
import type { Statistics } from './statistics.ts';

/** What a run costs its host, and the end of one that costs too much. */
export interface Budget {
  /** CPUs that its programs and its loader took lately; undefined until that is known. */
  readonly cpus: number | undefined;
  end(): void;
}

/**
 * Samples that are looked at together, half a second apart: a run that only just began to cost too much is ended before two seconds
 * are over, and a moment's burst does not end one.
 */
const SAMPLES = 3;
/** The start of a run is its own, in milliseconds: a helper that begins to measure beside it would put off its first event. */
const METER_AFTER = 100;
/** Seconds. Samples that waited for a busy agent come all at once: over so short a time one clock tick would be several CPUs. */
const SPAN_LEAST = 0.5;
/** Clock ticks a second in /proc/PID/stat: USER_HZ, the same on every machine that Linux runs on today (proc(5)). */
const TICKS = 100;

interface Sample {
  /** Of the programs, in CPUs. */
  programs: number;
  /** CPU seconds of the loader so far, and when they were read, in seconds. */
  loader: number;
  at: number;
}

/** The smaller of what the run asks for and what the policy allows, in CPUs; 0 is no limit. */
export function budgetOf(asked: number, allowed: number): number {
  const limits = [asked, allowed].filter((cpus) => cpus > 0);
  return limits.length === 0 ? 0 : Math.min(...limits);
}

/**
 * Measures a run while it goes on, and ends it when it passes its limit.
 * @param limit in CPUs; 0 is none
 * @param over called once, when the limit is passed
 * @param remark called when the limit can't be watched, with what to say of that, and without when it can again
 */
export function watchBudget(
  statistics: Pick<Statistics, 'meter' | 'unmeter'>,
  run: string,
  { programs, loaderPid }: { programs: readonly number[]; loaderPid: number },
  limit: number,
  over: (error: ProbepadError) => void,
  remark: (text: string | undefined) => void,
): Budget {
  let samples: Sample[] = [];
  let cpus: number | undefined;
  let ended = false;
  let unwatched: string | undefined;

  function tell(text: string | undefined): void {
    if (ended || limit === 0 || text === unwatched) return;
    unwatched = text;
    remark(text);
  }

  async function take(taken: number): Promise<void> {
    tell(undefined);
    const loader = await cpuSecondsOf(loaderPid);
    if (ended || loader === undefined) return;
    samples = [...samples, { programs: taken, loader, at: performance.now() / 1000 }].slice(-SAMPLES);
    cpus = meanOf(samples);
    if (limit === 0 || samples.length < SAMPLES || cpus <= limit) return;
    end();
    over(overBudget(cpus, limit));
  }

  const beginning = setTimeout(
    () =>
      statistics.meter(
        run,
        programs,
        (taken) => void take(taken),
        (reason) => tell(notWatched(limit, reason)),
      ),
    METER_AFTER,
  );

  function end(): void {
    ended = true;
    clearTimeout(beginning);
    statistics.unmeter(run);
  }

  return {
    get cpus() {
      return cpus;
    },
    end,
  };
}

function meanOf(samples: readonly Sample[]): number {
  const programs = samples.reduce((sum, sample) => sum + sample.programs, 0) / samples.length;
  const first = samples[0];
  const last = samples.at(-1);
  const seconds = first && last ? last.at - first.at : 0;
  return programs + (first && last && seconds >= SPAN_LEAST ? (last.loader - first.loader) / seconds : 0);
}

/** Of a loader that may not turn statistics on, mostly. */
function notWatched(limit: number, reason: string): string {
  return (
    `the CPU budget of ${Number(limit.toPrecision(3))} is not enforced, program statistics can't be turned on: ${reason}. ` +
    'They take CAP_SYS_ADMIN: run the agent as root, or give the loader that capability too; until then, set the run a time limit'
  );
}

function overBudget(cpus: number, limit: number): ProbepadError {
  return probepadError(
    'over_budget',
    `running: the run took ${cpus.toFixed(2)} CPUs, its budget is ${Number(limit.toPrecision(3))}`,
  );
}

/** utime and stime of a process, all its threads; undefined when it is gone. */
async function cpuSecondsOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The name, in parentheses, may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / TICKS;
}
