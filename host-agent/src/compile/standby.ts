import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from '@probepad/protocol/control/run';
import type { BoxRun } from '../exec/box.ts';
import { execute } from '../exec/execute.ts';
import { createSnippetFolder, writeSnippetFile } from './snippet-folder.ts';

/** What clang is told when it starts; only a compile of just that can use one that stands by. */
export interface Shape {
  /** Name of the file to compile. */
  main: string;
  flags: readonly string[];
  /** Name of the precompiled header, if one may be used. */
  precompiled: string | undefined;
}

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
   * Gives the program to the one that stands by.
   * @returns undefined where none does for this shape, or it can't take it: then compile without
   */
  compile(
    shape: Shape,
    files: readonly SourceFile[],
    signal: AbortSignal | undefined,
  ): Promise<BoxRun | undefined>;
  /** Starts one for the next compile of this shape, shortly after the last call. */
  expect(shape: Shape): void;
  close(): void;
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
  folder: { path: string } & AsyncDisposable;
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
  let soon: NodeJS.Timeout | undefined;
  let late: NodeJS.Timeout | undefined;
  let closed = false;

  function dismiss(): void {
    const dismissed = waiting;
    waiting = undefined;
    clearTimeout(late);
    dismissed?.controller.abort();
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
    const started: Waiting = { key, folder, pipe, controller, begin, result };
    waiting = started;
    late = setTimeout(dismiss, KEPT).unref();
    await result;
    // It ended by itself, or was dismissed; one that was given a program is disposed of there.
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
      clearTimeout(soon);
      if (closed) return;
      const key = keyOf(shape);
      soon = setTimeout(() => {
        if (waiting?.key === key) return;
        void start(shape, key).catch(dismiss);
      }, PAUSE).unref();
    },
    close() {
      closed = true;
      clearTimeout(soon);
      dismiss();
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
    const folder = join(pipe, '..');
    for (const { name, text: other } of files) {
      if (name !== main) await writeSnippetFile(join(folder, name), other, uid);
    }
    const whole = `${folder}.main`;
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
