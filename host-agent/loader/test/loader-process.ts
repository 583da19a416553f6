import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { decodeHeader, FRAME_HEADER_SIZE, type Frame, forEachRecord } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { type AttachSpec, type LoaderMessage, LoaderMessageSchema } from '@probepad/protocol/loader';
import { messagesOf, type Orders } from './orders.ts';

/** Drives a real loader as the agent does: orders in, messages and frames out. */

const folder = path.resolve(import.meta.dirname, '..');
const build = path.join(folder, 'build');

/** The sanitized build, unless `PROBEPAD_LOADER` names another. */
export const LOADER = process.env.PROBEPAD_LOADER ?? path.join(build, 'probepad-loader-sanitized');

/** The build that hosts have. */
export const RELEASE = path.join(build, 'probepad-loader');

const PATIENCE = 15_000;

/** Compiles a fixture of test/fixtures and returns the object's bytes. */
export function compileFixture(name: string): Buffer {
  const out = path.join(build, 'fixtures');
  mkdirSync(out, { recursive: true });
  const object = path.join(out, `${name}.o`);
  const source = path.join(folder, 'test/fixtures', `${name}.bpf.c`);
  const arch = process.arch === 'arm64' ? 'arm64' : 'x86';
  const args = [
    '-target',
    'bpf',
    `-D__TARGET_ARCH_${arch}`,
    '-O2',
    '-g',
    '-Wall',
    '-Werror',
    '-I',
    out,
    '-c',
  ];
  const result = spawnSync('clang-16', [...args, source, '-o', object], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`clang refused ${name}: ${result.stderr}`);
  return readFileSync(object);
}

export const auto: AttachSpec = { type: 'auto' };

/** Hex of little-endian integers, as `params[].bytes` and `write` take them. */
export function hexU32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}

export interface LoaderOptions {
  /** False leaves fd 3 unread until `readFrames` is called. */
  readFrames?: boolean;
  /** What starts the loader, instead of this process. */
  command?: string[];
  /** Sends the setup and no spec. */
  setupOnly?: boolean;
}

/** One loader. `messages` and `frames` grow as they come; `until` waits for a condition on them. */
export class LoaderProcess {
  readonly child: ChildProcess;
  readonly messages: LoaderMessage[] = [];
  readonly frames: Frame[] = [];
  log = '';
  exited: { code: number | null; signal: string | null } | undefined;
  private readonly waiting = new Set<() => void>();
  private pending: Buffer = Buffer.alloc(0);
  private line = '';

  constructor(object: Buffer, orders: Orders, options: LoaderOptions = {}) {
    const [program = LOADER, ...args] = options.command ?? [LOADER, 'run'];
    this.child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      // Leaks are looked for with ptrace, which a process that dropped its rights does not allow.
      env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' },
    });
    this.child.stdin?.on('error', () => {});
    const objectPipe = this.child.stdio[4] as Writable;
    objectPipe.on('error', () => {});
    objectPipe.end(object);
    const [setup, spec] = messagesOf(orders);
    this.send(setup);
    if (options.setupOnly !== true) this.send(spec);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.takeText(text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    if (options.readFrames !== false) this.readFrames();
    this.child.on('close', (code, signal) => {
      this.exited = { code, signal };
      this.wake();
    });
  }

  /** Begins reading fd 3, for tests that let the loader wait first. */
  readFrames(): void {
    (this.child.stdio[3] as Readable).on('data', (bytes: Buffer) => this.takeFrames(bytes));
  }

  /** Nothing may outlive a test that failed. */
  [Symbol.dispose](): void {
    if (this.exited === undefined) this.child.kill('SIGKILL');
  }

  send(value: unknown): void {
    this.child.stdin?.write(`${JSON.stringify(value)}\n`);
  }

  message<T extends LoaderMessage['type']>(type: T): Extract<LoaderMessage, { type: T }> | undefined {
    return this.messages.find((message) => message.type === type) as
      | Extract<LoaderMessage, { type: T }>
      | undefined;
  }

  lastCounts(): Extract<LoaderMessage, { type: 'counts' }> | undefined {
    return this.messages.findLast((message) => message.type === 'counts');
  }

  /** Waits until `condition` gives a value; fails after `patience` ms or when the loader ended without it. */
  async until<T>(what: string, condition: () => T | undefined | false, patience = PATIENCE): Promise<T> {
    const deadline = Date.now() + patience;
    for (;;) {
      const value = condition();
      if (value !== undefined && value !== false) return value;
      if (this.exited !== undefined || Date.now() > deadline) {
        throw new Error(
          `no ${what}; exited ${JSON.stringify(this.exited)}; messages ${JSON.stringify(this.messages)}; log ${this.log}`,
        );
      }
      await this.change(deadline - Date.now());
    }
  }

  running(): Promise<Extract<LoaderMessage, { type: 'running' }>> {
    return this.until('running', () => this.message('running'));
  }

  async stop(): Promise<void> {
    this.send({ type: 'stop' });
    await this.until('exit', () => this.exited);
  }

  /** Data of every record of the source so far. */
  records(source: number): { data: Buffer; aux: number }[] {
    const found: { data: Buffer; aux: number }[] = [];
    for (const frame of this.frames) {
      if (frame.header.source !== source) continue;
      const payload = Buffer.from(frame.payload);
      forEachRecord(payload, (start, end, aux) => found.push({ data: payload.subarray(start, end), aux }));
    }
    return found;
  }

  framesOf(source: number): Frame[] {
    return this.frames.filter((frame) => frame.header.source === source);
  }

  private change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, milliseconds));
      this.waiting.add(done);
    });
  }

  private wake(): void {
    for (const done of [...this.waiting]) done();
  }

  private takeText(text: string): void {
    const lines = (this.line + text).split('\n');
    this.line = lines.pop() ?? '';
    for (const line of lines) this.messages.push(LoaderMessageSchema.parse(JSON.parse(line)));
    this.wake();
  }

  private takeFrames(bytes: Buffer): void {
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    let offset = 0;
    for (;;) {
      const header = decodeHeader(this.pending, offset, FRAME_PAYLOAD_MAX);
      if (header === undefined) break;
      const start = offset + FRAME_HEADER_SIZE;
      if (start + header.length > this.pending.length) break;
      this.frames.push({ header, payload: this.pending.subarray(start, start + header.length) });
      offset = start + header.length;
    }
    this.pending = this.pending.subarray(offset);
    this.wake();
  }
}

/** What became of each program: name, state, target and what is said of it. */
export function states(loader: LoaderProcess): string[] {
  return loader.messages.flatMap((message) =>
    message.type === 'program'
      ? [`${message.name} ${message.state} ${message.target} ${message.detail}`.trim()]
      : [],
  );
}
