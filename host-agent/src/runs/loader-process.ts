import type { LoaderCommand, LoaderMessage, LoaderSetup, LoaderSpec } from '@probepad/protocol/loader';
import { LoaderMessageSchema } from '@probepad/protocol/loader';
import { readLines } from '../exec/json-lines.ts';
import { type ChildExit, END_GRACE, launchLoader } from '../exec/launch.ts';
import { createFrameReader, type RawFrame } from '../sources/frame-reader.ts';
import type { Slabs } from '../sources/slabs.ts';
import type { Log } from './log.ts';

/** What a loader tells while it runs. */
export interface LoaderListener {
  message(message: LoaderMessage): void;
  frame(frame: RawFrame): void;
  /** It broke the contract: what it wrote is neither messages nor frames. */
  broken(reason: string): void;
}

export interface LoaderProcess {
  readonly pid: number;
  /** Gives it the object and what to do with it, once. Nothing happens when it has ended already; `exited` tells. */
  load(spec: LoaderSpec, object: Uint8Array): void;
  command(command: LoaderCommand): void;
  /** Asks it to end in order, also when it waits for `load`; by force when it has not ended after that many milliseconds. */
  stop(within?: number): void;
  /** Ends it now. */
  kill(): void;
  /** Resolves after its last message and frame. */
  exited: Promise<ChildExit>;
}

/** Milliseconds in which a loader drains what is left and detaches after `stop`; FACTS: teardown takes 55-70 ms. */
const STOP_WITHIN = 4_000;
/** The part of it that it has before it is told by a signal. */
const BY_ITSELF = 3 / 4;

/**
 * Starts a loader for one run. It sets up what `setup` asks for, and waits for `load`; started together with the compiler it
 * is ready when the object is. Ended before `load`, it leaves nothing.
 */
export async function startLoader(
  path: string,
  setup: LoaderSetup,
  slabs: Slabs,
  listener: LoaderListener,
  log: Log,
): Promise<LoaderProcess> {
  let broken = false;
  const reader = createFrameReader(slabs, (frame) => listener.frame(frame));
  const child = await launchLoader(
    { command: path, args: ['run'], env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
    {
      room: reader.room,
      took(count) {
        if (broken) return;
        try {
          reader.took(count);
        } catch (error) {
          breakOff(error instanceof Error ? error.message : String(error));
        }
      },
    },
  );

  function breakOff(reason: string): void {
    if (broken) return;
    broken = true;
    listener.broken(reason);
    child.end(END_GRACE);
  }

  readLines(child.output, (line) => {
    if (broken) return;
    const message = parseMessage(line);
    if (message === undefined) breakOff(`message not understood: ${line.slice(0, 200)}`);
    else listener.message(message);
  });
  readLines(child.log, (line) => log(`loader ${child.pid}: ${line.slice(0, 2000)}`));
  for (const stream of [child.output, child.log]) {
    stream.on('error', (error: Error) => breakOff(error.message));
  }
  child.input.write(`${JSON.stringify(setup)}\n`);

  let loading = false;
  let stopping = false;
  return {
    pid: child.pid,
    load(spec, object) {
      loading = true;
      child.input.write(`${JSON.stringify(spec)}\n`);
      child.object.end(object);
    },
    command: (command) => {
      child.input.write(`${JSON.stringify(command)}\n`);
    },
    stop(within = STOP_WITHIN) {
      if (stopping) return;
      stopping = true;
      // Without orders it knows no commands; the end of its input ends it.
      if (loading) child.input.write('{"type":"stop"}\n');
      else child.input.end();
      const timer = setTimeout(() => {
        child.input.end();
        child.end(within * (1 - BY_ITSELF));
      }, within * BY_ITSELF);
      child.exited.then(() => clearTimeout(timer));
    },
    kill: () => child.end(0),
    exited: child.exited,
  };
}

function parseMessage(line: string): LoaderMessage | undefined {
  try {
    return LoaderMessageSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
