import type { RunCounts } from '@probepad/protocol/control/run';
import { encodeFrame, FRAME_FLAGS, type FrameHeader } from '@probepad/protocol/frames';
import type { ProbeSchema, Source, Type } from '@probepad/protocol/schema';
import { sampleSchema, sampleSource } from '@probepad/protocol/testing';

const TYPES: Type[] = [
  { kind: 'void' },
  { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' }, // 1
  { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' }, // 2
  { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' }, // 3
  { kind: 'array', element: 3, length: 16 }, // 4
  { kind: 'array', element: 3, length: 64 }, // 5
  { kind: 'typedef', name: '__u32', target: 1 }, // 6
  { kind: 'typedef', name: '__u64', target: 2 }, // 7
  { kind: 'typedef', name: '__be32', target: 6 }, // 8
  {
    kind: 'struct',
    name: 'event',
    size: 112,
    members: [
      { name: 'pid', type: 6, offsetBits: 0 },
      { name: 'ppid', type: 6, offsetBits: 32 },
      { name: 'comm', type: 4, offsetBits: 64 },
      { name: 'filename', type: 5, offsetBits: 192 },
      { name: 'dur_ns', type: 7, offsetBits: 704 },
      { name: 'daddr', type: 8, offsetBits: 768 },
      { name: 'uid', type: 6, offsetBits: 800 },
      { name: 'cgroup', type: 7, offsetBits: 832 },
    ],
  }, // 9
  { kind: 'int', name: 'bool', size: 1, signed: false, encoding: 'bool' }, // 10
  {
    kind: 'struct',
    name: '.bss',
    size: 16,
    members: [
      { name: 'seen', type: 7, offsetBits: 0 },
      { name: 'threshold', type: 6, offsetBits: 64 },
      { name: 'enabled', type: 10, offsetBits: 96 },
    ],
  }, // 11
  { kind: 'array', element: 6, length: 26 }, // 12
  { kind: 'struct', name: 'hist', size: 104, members: [{ name: 'slots', type: 12, offsetBits: 0 }] }, // 13
];

function source(fields: Partial<Source> & { id: number; name: string; kind: Source['kind'] }): Source {
  return sampleSource({ mapType: 'hash', recordsFrom: 'unknown', ...fields });
}

/** An execsnoop with a syscall count by command, a run-queue histogram, one trace line a second and a .bss. */
export function fakeSchema(): ProbeSchema {
  return sampleSchema({
    programs: [
      {
        name: 'handle_exec',
        section: 'tp/sched/sched_process_exec',
        type: 'tracepoint',
        target: 'sched/sched_process_exec',
        attach: 'tracepoint',
        needsTarget: false,
        targetExample: 'sched/sched_process_exec',
        file: 'execsnoop.bpf.c',
        line: 31,
      },
      {
        name: 'count_packet',
        section: 'xdp',
        type: 'xdp',
        target: '',
        attach: 'xdp',
        needsTarget: true,
        targetExample: 'eth0',
      },
    ],
    sources: [
      source({
        id: 0,
        name: 'events',
        kind: 'events',
        mapType: 'ringbuf',
        records: [{ type: 9, size: 112 }],
        recordsFrom: 'call',
      }),
      source({ id: 1, name: 'syscalls', kind: 'map', keySize: 16, valueSize: 8, keyType: 4, valueType: 7 }),
      source({
        id: 2,
        name: 'latency',
        kind: 'map',
        mapType: 'array',
        keySize: 4,
        valueSize: 104,
        keyType: 6,
        valueType: 13,
        maxEntries: 1,
      }),
      source({
        id: 3,
        name: '.bss',
        kind: 'globals',
        mapType: 'array',
        valueSize: 16,
        valueType: 11,
        writable: true,
      }),
      source({ id: 4, name: 'trace', kind: 'trace', mapType: '' }),
    ],
    params: [
      { name: 'min_duration_ns', section: '.rodata', offset: 0, size: 8, type: 7, initial: '0' },
      { name: 'target_comm', section: '.rodata', offset: 8, size: 16, type: 4, initial: '' },
      { name: 'verbose', section: '.rodata', offset: 24, size: 1, type: 10, initial: 'false' },
    ],
    types: TYPES,
  });
}

const COMMANDS = [
  'bash',
  'git',
  'node',
  'clang',
  'ld.lld',
  'sshd',
  'cron',
  'make',
  'python3',
  '\u001b[31m<b>evil',
];
const FILES = [
  '/usr/bin/git',
  '/usr/bin/env',
  '/usr/bin/clang-16',
  '/usr/sbin/cron',
  '/bin/sh',
  '/usr/local/bin/node',
];

/** One run on one host, made up: the same frames for the same calls. */
export class FakeStream {
  readonly clockOffset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  readonly #stream: number;
  readonly #rate: number;
  readonly #salt: number;
  #seed = 7;
  #elapsed = 0;
  #seq = 0;
  #snapshot = 0;
  #traceSeq = 0;
  #logged = 0;
  #counts = COMMANDS.map((_, index) => 1000 + 17 ** (index % 4));

  constructor(stream: number, rate: number, host: string) {
    this.#stream = stream;
    this.#rate = rate;
    this.#salt = host.length;
    this.#seed += this.#salt;
  }

  #random(): number {
    this.#seed = (this.#seed * 1103515245 + 12345) & 0x7fffffff;
    return this.#seed / 0x7fffffff;
  }

  #header(
    fields: Partial<FrameHeader> & Pick<FrameHeader, 'kind' | 'source' | 'count'>,
  ): Omit<FrameHeader, 'length'> {
    return {
      flags: 3,
      stream: this.#stream,
      aux: 0,
      seq: 0n,
      lost: 0n,
      timeNs: process.hrtime.bigint(),
      ...fields,
    };
  }

  /** The frames of `milliseconds` of time. */
  *frames(milliseconds: number, maps: boolean): Generator<Uint8Array> {
    this.#elapsed += milliseconds;
    const wave = 1 + 0.6 * Math.sin(this.#elapsed / 4000 + this.#salt);
    let left = Math.max(1, Math.round((this.#rate * wave * milliseconds) / 1000));
    while (left > 0) {
      const count = Math.min(left, 2000);
      left -= count;
      yield this.#events(count);
    }
    if (!maps) return;
    yield this.#syscalls();
    yield this.#latency();
    yield this.#globals();
    yield this.#trace();
  }

  #events(count: number): Uint8Array {
    const payload = new Uint8Array(count * 120);
    const view = new DataView(payload.buffer);
    const encoder = new TextEncoder();
    for (let row = 0; row < count; row++) {
      const at = row * 120;
      view.setUint32(at, 112, true);
      view.setUint32(at + 8, 20_000 + ((this.#seq + row) % 12_000), true);
      view.setUint32(at + 12, 1 + Math.floor(this.#random() * 900), true);
      encoder.encodeInto(
        COMMANDS[Math.floor(this.#random() * COMMANDS.length)] ?? '',
        payload.subarray(at + 16, at + 32),
      );
      encoder.encodeInto(
        FILES[Math.floor(this.#random() * FILES.length)] ?? '',
        payload.subarray(at + 32, at + 96),
      );
      view.setBigUint64(at + 96, BigInt(Math.floor(1000 * 10 ** (this.#random() * 6))), true);
      view.setUint32(at + 104, 0x0202000a + (Math.floor(this.#random() * 200) << 24), true);
      view.setUint32(at + 108, this.#random() < 0.7 ? 0 : 1000, true);
      view.setBigUint64(at + 112, 0xffff_0000_0000_1234n + BigInt(row), true);
    }
    const seq = BigInt(this.#seq);
    this.#seq += count;
    return encodeFrame(this.#header({ kind: 'events', source: 0, count, seq }), payload);
  }

  #syscalls(): Uint8Array {
    const count = COMMANDS.length;
    const payload = new Uint8Array(count * 24);
    const view = new DataView(payload.buffer);
    for (let row = 0; row < count; row++) {
      new TextEncoder().encodeInto(COMMANDS[row] ?? '', payload.subarray(row * 16, row * 16 + 16));
      this.#counts[row] = (this.#counts[row] ?? 0) + Math.floor(this.#random() * 60 * (count - row) ** 2);
      view.setBigUint64(count * 16 + row * 8, BigInt(this.#counts[row] ?? 0), true);
    }
    this.#snapshot++;
    return encodeFrame(this.#header({ kind: 'map', source: 1, count, seq: BigInt(this.#snapshot) }), payload);
  }

  #latency(): Uint8Array {
    const payload = new Uint8Array(8 + 104);
    const view = new DataView(payload.buffer);
    for (let slot = 0; slot < 26; slot++) {
      const height = Math.exp(-((slot - 7) ** 2) / 9) + 0.5 * Math.exp(-((slot - 15) ** 2) / 4);
      view.setUint32(8 + slot * 4, Math.floor(this.#snapshot * 400 * height), true);
    }
    return encodeFrame(
      this.#header({ kind: 'map', source: 2, count: 1, seq: BigInt(this.#snapshot) }),
      payload,
    );
  }

  #globals(): Uint8Array {
    const payload = new Uint8Array(24);
    const view = new DataView(payload.buffer);
    view.setBigUint64(8, BigInt(this.#seq), true);
    view.setUint32(16, 4096, true);
    view.setUint8(20, 1);
    return encodeFrame(
      this.#header({ kind: 'map', source: 3, count: 1, seq: BigInt(this.#snapshot) }),
      payload,
    );
  }

  #trace(): Uint8Array {
    const text = new TextEncoder().encode(`exec by pid ${20_000 + this.#traceSeq}: \u001b[1mbold?`);
    const payload = new Uint8Array((8 + 28 + text.length + 7) & ~7);
    const view = new DataView(payload.buffer);
    view.setUint32(0, 28 + text.length, true);
    view.setUint32(4, 1, true);
    view.setBigUint64(8, process.hrtime.bigint(), true);
    view.setUint32(16, 4321, true);
    payload.set(new TextEncoder().encode('bash'), 20);
    payload.set(text, 36);
    return encodeFrame(
      this.#header({ kind: 'trace', source: 4, count: 1, seq: BigInt(this.#traceSeq++) }),
      payload,
    );
  }

  /** A piece of verifier log. */
  log(text: string, flags: number = FRAME_FLAGS.first | FRAME_FLAGS.last): Uint8Array {
    const payload = new TextEncoder().encode(text);
    if ((flags & FRAME_FLAGS.first) !== 0) this.#logged = 0;
    const header = this.#header({ kind: 'log', source: 0, count: 1, flags, seq: BigInt(this.#logged) });
    this.#logged += payload.length;
    return encodeFrame(header, payload);
  }

  counts(): RunCounts {
    const none = { kernel: 0, agent: 0, hub: 0, viewer: 0 };
    const kernel = Math.floor(this.#seq / 997);
    return {
      stream: this.#stream,
      sources: {
        events: { produced: this.#seq + kernel, delivered: this.#seq, dropped: { ...none, kernel } },
        trace: { produced: this.#traceSeq, delivered: this.#traceSeq, dropped: none },
      },
    };
  }
}
