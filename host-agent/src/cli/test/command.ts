/** What tests of the command share: it is started as a user starts it, with a data folder of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { counterProbe } from '../../link/testing.ts';

const SHIM = resolve(import.meta.dirname, '../../../bin/probepad.mjs');
const PATIENCE = 90_000;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Command extends Disposable {
  folder: string;
  /** Writes a file into the folder and gives its path. */
  file(name: string, content: string): Promise<string>;
  start(args: readonly string[], node?: string): ChildProcess;
  run(...args: string[]): Promise<Ended>;
  /**
   * Runs a probe that sends an event for each getppid() of this process, and calls `act` when `sign` is on one of its outputs, by
   * default once it is attached.
   */
  runWhile(
    args: readonly string[],
    act: (child: ChildProcess) => void,
    options?: { sign?: string; node?: string },
  ): Promise<Ended>;
}

export function openCommand(): Command {
  const folder = mkdtempSync(join(tmpdir(), 'probepad-cli-'));

  async function file(name: string, content: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  function start(args: readonly string[], node = process.execPath): ChildProcess {
    return spawn(node, [SHIM, ...args, ...(args.length > 0 ? ['--data', join(folder, 'data')] : [])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE,
    });
  }

  return {
    folder,
    file,
    start,
    run: (...args) => endOf(start(args)),
    async runWhile(args, act, { sign = '"kind":"stats"', node } = {}) {
      const probe = await file('counter.bpf.c', counterProbe(process.pid).files[0]?.text ?? '');
      const child = start(['run', probe, ...args], node);
      let acted = false;
      for (const output of [child.stdout, child.stderr]) {
        let seen = '';
        output?.on('data', (chunk: Buffer) => {
          if (acted) return;
          seen += chunk;
          acted = seen.includes(sign);
          if (acted) act(child);
        });
      }
      return endOf(child);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function endOf(child: ChildProcess): Promise<Ended> {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

export type Line = Record<string, unknown> & { kind: string };

/** The lines that `--json` prints. */
export function linesOf(stdout: string): Line[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
