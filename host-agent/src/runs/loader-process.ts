import type { LoaderCommand, LoaderMessage, LoaderSpec } from '@probepad/protocol/loader';
import { LoaderMessageSchema } from '@probepad/protocol/loader';
import { type ChildExit, END_GRACE, launchLoader } from '../exec/launch.ts';
import { createFrameReader, type RawFrame } from '../sources/frame-reader.ts';
import { readLines } from './json-lines.ts';
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
  command(command: LoaderCommand): void;
  /** Asks it to end in order, and ends it by force when it does not within STOP_GRACE. */
  stop(): void;
  /** Ends it now. */
  kill(): void;
  /** Resolves after its last message and frame. */
  exited: Promise<ChildExit>;
}

/** A loader drains what is left and detaches after `stop`; FACTS: teardown takes 55-70 ms. */
export const STOP_GRACE = 3_000;

/** Starts a loader for one run and hands it its spec and object. */
export function startLoader(
  path: string,
  spec: LoaderSpec,
  object: Uint8Array,
  listener: LoaderListener,
  log: Log,
): LoaderProcess {
  const child = launchLoader({
    command: path,
    args: ['run'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  let broken = false;

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
  const read = createFrameReader((frame) => listener.frame(frame));
  child.frames.on('data', (chunk: Uint8Array) => {
    if (broken) return;
    try {
      read(chunk);
    } catch (error) {
      breakOff(error instanceof Error ? error.message : String(error));
    }
  });
  for (const stream of [child.output, child.log, child.frames]) {
    stream.on('error', (error: Error) => breakOff(error.message));
  }
  child.input.write(`${JSON.stringify(spec)}\n`);
  child.object.end(object);

  let stopping = false;
  return {
    pid: child.pid,
    command: (command) => {
      child.input.write(`${JSON.stringify(command)}\n`);
    },
    stop() {
      if (stopping) return;
      stopping = true;
      child.input.write('{"type":"stop"}\n');
      const timer = setTimeout(() => {
        child.input.end();
        child.end(END_GRACE);
      }, STOP_GRACE);
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
