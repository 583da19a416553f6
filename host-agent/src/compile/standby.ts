import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SourceFile } from '@probepad/protocol/control/run';
import type { BoxRun } from '../exec/box.ts';
import { execute } from '../exec/execute.ts';
import type { Shape } from './clang.ts';
import { createSnippetFolder, writeSnippetFile } from './snippet-folder.ts';

/** How the box is to run a compile whose program comes later. */
export interface StandbyRun {
  folder: string;
  signal: AbortSignal;
  /** The time limit counts from here. */
  begun: Promise<void>;
}

/** One clang that was started before its program is known (decision 24). */
export interface Standby {
  /**
   * Gives the program to the one that stands by, if that was started for a compile of just this shape.
   * @returns undefined where none does, or it can't take it: then compile without
   */
  compile(
    shape: Shape,
    files: readonly SourceFile[],
    signal: AbortSignal | undefined,
  ): Promise<BoxRun | undefined>;
  /** Starts one for the next compile of this shape, shortly after the last call. */
  expect(shape: Shape): void;
  /** Starts none until the function that it returns is called: a run may trace what is started. */
  hold(): () => void;
  /** Ends the one that stands by, and waits until nothing is left of it. */
  close(): Promise<void>;
}

/** Milliseconds after a compile: what it was for, loading and attaching, goes first. */
const PAUSE = 300;
/** Milliseconds that one stands by without a compile; it holds some 20 MB. */
const KEPT = 300_000;
/** What a pipe takes at once while nobody reads. Source: pipe(7). */
const PIPE_CAPACITY = 65_536;
const MKFIFO_TIMEOUT = 5_000;

interface Waiting {
  key: string;
  pipe: string;
  controller: AbortController;
  begin(): void;
  result: Promise<BoxRun>;
}

/**
 * @param parent where folders of snippets are made
 * @param uid who has to be able to read them, as for `createSnippetFolder`
 * @param run compiles in the box what is in a folder
 */
export function createStandby(
  parent: string,
  uid: number | undefined,
  run: (shape: Shape, options: StandbyRun) => Promise<BoxRun>,
): Standby {
  let waiting: Waiting | undefined;
  let expected: Shape | undefined;
  let holds = 0;
  let soon: NodeJS.Timeout | undefined;
  let late: NodeJS.Timeout | undefined;
  let closed = false;
  const starts = new Set<Promise<void>>();

  function dismiss(): void {
    const dismissed = waiting;
    waiting = undefined;
    clearTimeout(late);
    dismissed?.controller.abort();
  }

  function schedule(): void {
    clearTimeout(soon);
    if (closed || holds > 0 || expected === undefined) return;
    const shape = expected;
    const key = keyOf(shape);
    if (waiting?.key === key) return;
    soon = setTimeout(() => {
      const started = start(shape, key)
        .catch(dismiss)
        .finally(() => starts.delete(started));
      starts.add(started);
    }, PAUSE).unref();
  }

  async function start(shape: Shape, key: string): Promise<void> {
    const folder = await createSnippetFolder(parent, [], uid);
    const pipe = join(folder.path, shape.main);
    const made = await execute({
      file: 'mkfifo',
      args: ['-m', '0644', pipe],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      timeoutMs: MKFIFO_TIMEOUT,
      stdoutMax: 1_000,
      stderrMax: 1_000,
    });
    if (made.code !== 0 || closed) return folder[Symbol.asyncDispose]();
    dismiss();
    const controller = new AbortController();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const result = run(shape, { folder: folder.path, signal: controller.signal, begun });
    const started: Waiting = { key, pipe, controller, begin, result };
    waiting = started;
    late = setTimeout(() => {
      expected = undefined;
      dismiss();
    }, KEPT).unref();
    await result;
    // By itself, dismissed, or with its program.
    if (waiting === started) waiting = undefined;
    await folder[Symbol.asyncDispose]();
  }

  return {
    async compile(shape, files, signal) {
      clearTimeout(soon);
      if (waiting?.key !== keyOf(shape)) return undefined;
      const taken = waiting;
      waiting = undefined;
      clearTimeout(late);
      const abort = (): void => taken.controller.abort();
      signal?.addEventListener('abort', abort, { once: true });
      try {
        if (!(await handOver(taken.pipe, shape.main, files, uid))) {
          abort();
          return undefined;
        }
        taken.begin();
        if (signal?.aborted) abort();
        return await taken.result;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
    expect(shape) {
      expected = shape;
      schedule();
    },
    hold() {
      holds++;
      clearTimeout(soon);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holds--;
        schedule();
      };
    },
    async close() {
      closed = true;
      clearTimeout(soon);
      dismiss();
      await Promise.all(starts);
    },
  };
}

/**
 * Writes a program to where clang waits for it. clang reads the file to compile once, and the debug information's lines again
 * at its end: so a file takes the pipe's place, which clang has open.
 * @returns whether clang has it, whole
 */
async function handOver(
  pipe: string,
  main: string,
  files: readonly SourceFile[],
  uid: number | undefined,
): Promise<boolean> {
  const text = files.find(({ name }) => name === main)?.text ?? '';
  const bytes = Buffer.from(text);
  if (bytes.length > PIPE_CAPACITY) return false;
  let input: FileHandle | undefined;
  try {
    // ENXIO: clang is not there yet, or no more.
    input = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    const folder = dirname(pipe);
    for (const { name, text: other } of files) {
      if (name !== main) await writeSnippetFile(join(folder, name), other, uid);
    }
    // No file of a snippet is called so.
    const whole = join(folder, '.main');
    await writeSnippetFile(whole, text, uid);
    await rename(whole, pipe);
    return bytes.length === 0 || (await input.write(bytes)).bytesWritten === bytes.length;
  } catch {
    return false;
  } finally {
    await input?.close();
  }
}

function keyOf({ main, flags, precompiled }: Shape): string {
  return JSON.stringify([main, flags, precompiled]);
}
