/** Commands run in a guest, several at a time over its one port. */
import { constants } from 'node:os';
import { type Duplex, Readable, Writable } from 'node:stream';
import { encodeMessage, encodeStart, INPUT_PIECE_BYTES, type Message, messageReader } from './messages.ts';

export type GuestExit = {
  /** Exit code; 128 + the signal's number after a signal, as a shell has it. */
  code: number;
  signal: NodeJS.Signals | null;
};

export type SpawnOptions = {
  /** Added to the guest's basic environment (PATH, HOME, LANG). */
  env?: Record<string, string>;
  /** Default `/`. */
  cwd?: string;
};

/** A command that runs in the guest. */
export type GuestProcess = {
  readonly stdin: Writable;
  /** Ends when the command exits, even while something that it started still holds the other end. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Rejects when the guest ends first. */
  readonly exit: Promise<GuestExit>;
  /** Signals the command's whole session. */
  kill(signal?: NodeJS.Signals): void;
};

export type CommandPort = {
  /** The guest's kernel release, once its exec server is there. */
  readonly ready: Promise<string>;
  start(argv: readonly string[], options?: SpawnOptions): GuestProcess;
  /** Fails everything that waits: the guest is gone. */
  fail(error: Error): void;
};

const BASIC_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

type Running = { process: GuestProcess; ended: (exit: GuestExit) => void; failed: (error: Error) => void };

/** Speaks with the exec server at the other end of `port`. */
export function commandPort(port: Duplex): CommandPort {
  const running = new Map<number, Running>();
  const ready = Promise.withResolvers<string>();
  let lastId = 0;
  let gone: Error | undefined;

  const receive = ({ kind, id, payload }: Message): void => {
    if (kind === 'R') ready.resolve(payload.toString());
    const command = running.get(id);
    if (kind === 'O') command?.process.stdout.push(payload);
    if (kind === 'E') command?.process.stderr.push(payload);
    if (kind === 'X') {
      running.delete(id);
      command?.ended(exitFromStatus(payload.readUInt32LE(0)));
    }
  };

  const start = (argv: readonly string[], { env, cwd }: SpawnOptions = {}): GuestProcess => {
    if (gone) throw gone;
    const id = ++lastId;
    const command = newCommand(port, id);
    running.set(id, command);
    port.write(encodeMessage('S', id, encodeStart(cwd ?? '/', { ...BASIC_ENVIRONMENT, ...env }, argv)));
    return command.process;
  };

  const fail = (error: Error): void => {
    gone ??= error;
    ready.reject(gone);
    for (const command of running.values()) command.failed(gone);
    running.clear();
  };

  const read = messageReader();
  port.on('data', (chunk: Buffer) => {
    for (const message of read(chunk)) receive(message);
  });
  // QEMU's end is told by its exit, with a better message.
  port.on('error', () => {});
  ready.promise.catch(() => {});
  return { ready: ready.promise, start, fail };
}

function newCommand(port: Duplex, id: number): Running {
  const exit = Promise.withResolvers<GuestExit>();
  // Somebody who only looks at the output need not handle a dying guest twice.
  exit.promise.catch(() => {});
  const stdout = new Readable({ read: () => {} });
  const stderr = new Readable({ read: () => {} });
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => sendInput(port, id, chunk, done),
    final: (done) => {
      port.write(encodeMessage('I', id, Buffer.alloc(0)), (error) => done(error ?? null));
    },
  });
  const kill = (signal: NodeJS.Signals = 'SIGTERM'): void => {
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(constants.signals[signal]);
    port.write(encodeMessage('K', id, payload));
  };
  const close = (): void => {
    stdout.push(null);
    stderr.push(null);
    stdin.destroy();
  };
  return {
    process: { stdin, stdout, stderr, exit: exit.promise, kill },
    ended: (result) => {
      close();
      exit.resolve(result);
    },
    failed: (error) => {
      close();
      exit.reject(error);
    },
  };
}

function sendInput(port: Duplex, id: number, chunk: Buffer, done: (error?: Error | null) => void): void {
  for (let at = 0; at + INPUT_PIECE_BYTES < chunk.length; at += INPUT_PIECE_BYTES) {
    port.write(encodeMessage('I', id, chunk.subarray(at, at + INPUT_PIECE_BYTES)));
  }
  const rest =
    chunk.length === 0 ? 0 : Math.floor((chunk.length - 1) / INPUT_PIECE_BYTES) * INPUT_PIECE_BYTES;
  // An empty message would end the input.
  if (chunk.length === 0) done();
  else port.write(encodeMessage('I', id, chunk.subarray(rest)), done);
}

/** wait(2)'s status word, as Linux encodes it. */
function exitFromStatus(status: number): GuestExit {
  const number = status & 0x7f;
  if (number === 0) return { code: (status >> 8) & 0xff, signal: null };
  return { code: 128 + number, signal: signalName(number) };
}

function signalName(number: number): NodeJS.Signals | null {
  for (const [name, value] of Object.entries(constants.signals)) {
    if (value === number) return name as NodeJS.Signals;
  }
  return null;
}
