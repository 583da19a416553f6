/** Runs `probepad run --json` on a machine while a workload runs there, and gives what it said. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inRepository } from '../../scripts/repository.mjs';

/** Where commands run: this machine or a guest. */
export interface CommandMachine {
  spawn(argv: readonly string[], options?: { env?: Record<string, string> }): RunningCommand;
}

export interface RunningCommand {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<{ code: number }>;
  kill(signal?: NodeJS.Signals): void;
}

/** One line of `probepad run --json`. */
export type Line = { kind: string } & Record<string, unknown>;

export interface ProbeRun {
  /** Where `probepad run` is started, and where the workload is. */
  machine: CommandMachine;
  workloadMachine: CommandMachine;
  /** `probepad run`'s own arguments: files and options. */
  arguments: string[];
  /** Put before the command and the workload: `nsenter …`. */
  probePrefix?: string[];
  workload: string[];
  /** Throws while what the workload did has not been seen; called again as lines come. */
  check(lines: Line[], said: Map<string, string[]>): void;
  timeoutMs: number;
}

export interface ProbeRunResult {
  lines: Line[];
  code: number;
  stderr: string;
}

/** The longest that a killed test may leave a probe running, seconds. */
const LIMIT = '300s';
/** Map snapshots come once a second and a guest is slow: what has not been seen this long after the workload is missing. */
const AFTER_WORKLOAD_MS = 30_000;

/**
 * Starts the probe, waits until it runs, runs the workload to its end, waits until `check` passes, and ends the probe by
 * SIGINT as a person would. `said` is what the workload printed, as `name=value` lines.
 *
 * @throws what `check` threw last, with what the probe said on standard error
 */
export async function runProbe(run: ProbeRun): Promise<ProbeRunResult> {
  const argv = [
    ...(run.probePrefix ?? []),
    ...[inRepository('node_modules/.bin/node'), inRepository('host-agent/bin/probepad.mjs')],
    ...['run', ...run.arguments, '--json', '--for', LIMIT],
  ];
  const probe = run.machine.spawn(argv);
  const lines: Line[] = [];
  const errors = text(probe.stderr);
  const output = watchLines(probe.stdout, lines);
  const timer = setTimeout(() => probe.kill('SIGKILL'), run.timeoutMs);
  try {
    await output.until(isRunning, run.timeoutMs);
    const said = await runWorkload(run.workloadMachine, run.workload);
    let last: unknown;
    const seen = (): boolean => {
      try {
        run.check(lines, said);
        return true;
      } catch (error) {
        last = error;
        return false;
      }
    };
    await output.until(seen, AFTER_WORKLOAD_MS).catch(() => {
      throw last;
    });
    probe.kill('SIGINT');
    const { code } = await probe.exit;
    await output.ended;
    // What came last may have been too much: a row twice, a count too high.
    run.check(lines, said);
    return { lines, code, stderr: await errors };
  } catch (error) {
    probe.kill('SIGKILL');
    const exit = await probe.exit.catch(() => ({ code: -1 }));
    const context = `\nprobepad (${exit.code}) said:\n${(await errors).slice(-4000)}\n${summaryOf(lines)}`;
    // The stack, made when the error was, is what reporters show.
    if (error instanceof Error) error.stack = `${error.stack}${context}`;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Attached, and data flows: counts come from then on. */
function isRunning(lines: Line[]): boolean {
  return lines.some(({ kind }) => kind === 'stats');
}

function summaryOf(lines: Line[]): string {
  const shown = lines.filter(({ kind }) => kind !== 'schema').slice(-15);
  return `${lines.length} lines, the last:\n${shown.map((line) => JSON.stringify(line).slice(0, 600)).join('\n')}`;
}

async function runWorkload(machine: CommandMachine, argv: string[]): Promise<Map<string, string[]>> {
  const workload = machine.spawn(argv);
  const timer = setTimeout(() => workload.kill('SIGKILL'), 120_000);
  const [stdout, stderr, { code }] = await Promise.all([
    text(workload.stdout),
    text(workload.stderr),
    workload.exit,
  ]);
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the workload ended with ${code}: ${stderr}`);
  const said = new Map<string, string[]>();
  for (const [, name = '', value = ''] of stdout.matchAll(/^(\w+)=(.*)$/gm)) {
    said.set(name, [...(said.get(name) ?? []), value]);
  }
  return said;
}

interface LineWatch {
  /** Rejects when the stream ends or the time is up before `condition` holds. */
  until(condition: (lines: Line[]) => boolean, timeoutMs: number): Promise<void>;
  ended: Promise<void>;
}

function watchLines(stream: Readable, lines: Line[]): LineWatch {
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };
  let over = false;
  let noted = false;
  const reader = createInterface({ input: stream });
  const ended = new Promise<void>((resolve) => {
    reader.on('close', () => {
      over = true;
      notify();
      resolve();
    });
  });
  reader.on('line', (line) => {
    lines.push(JSON.parse(line));
    if (noted) return;
    // Once for all lines that came together.
    noted = true;
    setImmediate(() => {
      noted = false;
      notify();
    });
  });
  const until: LineWatch['until'] = (condition, timeoutMs) =>
    new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        watchers.delete(look);
        clearTimeout(timer);
        act();
      };
      const look = (): void => {
        if (condition(lines)) finish(resolve);
        else if (over) finish(() => reject(new Error('the probe ended early')));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`not seen within ${timeoutMs} ms`))),
        timeoutMs,
      );
      watchers.add(look);
      look();
    });
  return { until, ended };
}
