import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Stream, Writable } from 'node:stream';
import { type Receiver, socketPair } from './socket-pair.ts';

/** How a long-running child ended. `code` and `signal` as in wait(2); `failure` when it could not be started at all. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  failure: string | undefined;
}

export interface LaunchOptions {
  command: string;
  args: readonly string[];
  /** The child's whole environment; nothing is inherited. */
  env: Record<string, string>;
}

/** A child that runs until it is told to end, with its standard streams. */
export interface Launched {
  /** 0 when the child could not be started. */
  readonly pid: number;
  readonly input: Writable;
  readonly output: Readable;
  readonly log: Readable;
  /** Resolves when the process is gone and all its output has been read. Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** TERM now, KILL after `grace` ms if it is still there. */
  end(grace: number): void;
}

/** A child with two more descriptors: 3 for binary output, 4 for binary input (protocol/src/loader.ts). */
export interface LaunchedLoader extends Launched {
  readonly object: Writable;
}

/** A grace period between asking a child to end and ending it. */
export const END_GRACE = 1_000;

function exitOf(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, failure: error.message });
    });
    child.once('close', (code, signal) => resolve({ code, signal, failure: undefined }));
  });
}

function endBySignal(child: ChildProcess, exited: Promise<ChildExit>, grace: number): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), grace);
  exited.then(() => clearTimeout(timer));
}

/** A peer that has gone makes writing fail; the exit tells that better, so the write's own error is of no use. */
function ignoreBrokenPipe(stream: Writable): Writable {
  stream.on('error', () => {});
  return stream;
}

function stream<T>(child: ChildProcess, descriptor: number): T {
  const found = child.stdio[descriptor];
  if (found === null || found === undefined)
    throw new Error(`descriptor ${descriptor} of the child is not a pipe`);
  return found as T;
}

/**
 * Starts a child of its own session, so that Ctrl+C in a terminal reaches only us and we end the child in order.
 * Should we die first, the child sees EOF on its input.
 */
function start(
  options: LaunchOptions,
  stdio: (Stream | 'pipe')[],
): { child: ChildProcess; launched: Launched } {
  const child = spawn(options.command, options.args, { env: options.env, detached: true, stdio });
  const exited = exitOf(child);
  return {
    child,
    launched: {
      pid: child.pid ?? 0,
      input: ignoreBrokenPipe(stream<Writable>(child, 0)),
      output: stream<Readable>(child, 1),
      log: stream<Readable>(child, 2),
      exited,
      end: (grace) => endBySignal(child, exited, grace),
    },
  };
}

/** Starts a child with standard input, output and error. */
export function launch(options: LaunchOptions): Launched {
  return start(options, ['pipe', 'pipe', 'pipe']).launched;
}

/** Starts a loader in `run` mode; its frames go to `frames`. */
export async function launchLoader(options: LaunchOptions, frames: Receiver): Promise<LaunchedLoader> {
  const { ours, theirs } = await socketPair(frames);
  const closed = once(ours, 'close');
  // A reset tells no more than the loader's exit does.
  ours.on('error', () => {});
  const { child, launched } = start(options, ['pipe', 'pipe', 'pipe', theirs, 'pipe']);
  theirs.destroy();
  // Without this nobody would see the stream's end.
  ours.resume();
  return {
    ...launched,
    object: ignoreBrokenPipe(stream<Writable>(child, 4)),
    exited: Promise.all([launched.exited, closed]).then(([exit]) => exit),
  };
}
