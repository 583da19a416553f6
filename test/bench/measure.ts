import { execFile, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export interface Fixtures {
  folder: string;
  producer: string;
  polling: string;
  floodObject: string;
  floodSource: string;
  mapSource: string;
  streamSource: string;
}

/** Compiles the C that the measurements need into a temporary folder. */
export async function buildFixtures(): Promise<Fixtures> {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-bench-'));
  const producer = join(folder, 'producer');
  const polling = join(folder, 'polling');
  const header = await run('bpftool', ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'], {
    maxBuffer: 1 << 26,
  });
  await writeFile(join(folder, 'vmlinux.h'), header.stdout);
  const floodObject = join(folder, 'flood.bpf.o');
  await Promise.all([
    run('gcc', ['-O2', join(FIXTURES, 'producer.c'), '-o', producer]),
    run('gcc', ['-O2', join(FIXTURES, 'polling.c'), '-o', polling, '-lbpf']),
    run('clang-16', [
      '-target',
      'bpf',
      '-D__TARGET_ARCH_x86',
      '-O2',
      '-g',
      '-I',
      folder,
      '-c',
      join(FIXTURES, 'flood.bpf.c'),
      '-o',
      floodObject,
    ]),
  ]);
  return {
    folder,
    producer,
    polling,
    floodObject,
    floodSource: join(FIXTURES, 'flood.bpf.c'),
    mapSource: join(FIXTURES, 'map100k.bpf.c'),
    streamSource: join(FIXTURES, 'stream.bpf.c'),
  };
}

export interface Producer {
  pid: number;
  /** Lets it run to its end. */
  go(): Promise<{ calls: number; per_second: number } | undefined>;
  /** Ends it before that, if it still runs. */
  stop(): void;
}

/** Starts the producer, which waits until `go`. @param amounts what the mode takes, see fixtures/producer.c */
export async function startProducer(
  file: string,
  mode: 'requests' | 'paced' | 'calls' | 'ticks',
  ...amounts: number[]
): Promise<Producer> {
  const child = spawn(file, [mode, ...amounts.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await lines.next();
  const pid = Number(/^ready (\d+)/.exec(String(ready.value))?.[1]);
  return {
    pid,
    stop: () => void child.kill(),
    async go() {
      child.stdin.write('go\n');
      const line = await lines.next();
      child.stdin.end();
      return line.done ? undefined : (JSON.parse(line.value) as { calls: number; per_second: number });
    },
  };
}

/** Milliseconds of the monotonic clock. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
