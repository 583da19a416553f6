import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { compileFixture, hexU32, LOADER, LoaderProcess } from './loader-process.ts';
import { makeOrders } from './orders.ts';
import { prepare } from './prepare.ts';
import { compileProgram, Producer } from './producer.ts';

prepare();

const text = (line: { data: Buffer } | undefined): string | undefined => line?.data.toString('utf8', 28);

/** How often the loader went to sleep by itself: proc(5), voluntary_ctxt_switches. */
function sleepsOf(loader: LoaderProcess): number {
  const status = readFileSync(`/proc/${loader.child.pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
}

const wantedPid = (producer: Producer) => ({ section: '.rodata', offset: 0, bytes: hexU32(producer.pid) });

test('a ring buffer, maps, globals and printk lines of one tracepoint arrive typed and counted', async () => {
  using producer = new Producer();
  const object = compileFixture('basic');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [
        { id: 0, kind: 'ringbuf', name: 'events', interval: 0 },
        { id: 1, kind: 'map', name: 'per_cpu', interval: 50 },
        { id: 2, kind: 'map', name: 'slots', interval: 50 },
        { id: 3, kind: 'globals', name: '.bss', interval: 50 },
        { id: 4, kind: 'trace', name: '', interval: 0 },
      ],
      lost_sites: [{ section: '.data.probepad', offset: 8, source: 0 }],
    }),
  );
  const running = await loader.running();
  assert.equal(running.attached, 1);
  const before = process.hrtime.bigint();
  await producer.getppid(20);
  await loader.until('16 records', () => loader.records(0).length === 16);
  await loader.until('20 lines', () => loader.records(4).length === 20);
  const callsIn = (payload: Uint8Array | undefined): number =>
    Number(Buffer.from(payload ?? []).readBigUInt64LE(8));
  await loader.until(
    'globals that stand still, which makes their rate zero',
    () => loader.framesOf(3).filter(({ payload }) => callsIn(payload) === 20).length >= 2,
  );
  await loader.stop();

  const events = loader.records(0).map(({ data }) => ({
    number: Number(data.readBigUInt64LE(0)),
    pid: data.readUInt32LE(8),
    comm: data.toString('utf8', 12, data.indexOf(0, 12)),
  }));
  const expected = Array.from({ length: 20 }, (_, index) => index + 1).filter((number) => number % 5 !== 0);
  assert.deepEqual(
    events,
    expected.map((number) => ({ number, pid: producer.pid, comm: 'getppid' })),
  );

  const lines = loader.records(4).map(({ data, aux }) => {
    assert.ok(aux < 1024);
    const time = data.readBigUInt64LE(0);
    assert.ok(time >= before && time <= process.hrtime.bigint(), 'the time is CLOCK_MONOTONIC');
    assert.equal(data.readUInt32LE(8), producer.pid);
    assert.equal(data.toString('utf8', 12, data.indexOf(0, 12)), 'getppid');
    return { time, text: data.toString('utf8', 28) };
  });
  lines.sort((a, b) => Number(a.time - b.time));
  assert.deepEqual(
    lines.map(({ text }) => text),
    Array.from({ length: 20 }, (_, index) => `line ${index + 1}`),
  );

  const perCpu = loader.framesOf(1).findLast((frame) => frame.header.count === 1);
  assert.ok(perCpu);
  const values = Buffer.from(perCpu.payload);
  const cpus = perCpu.header.aux;
  assert.equal(values.length, 8 + 8 * cpus);
  let total = 0;
  for (let cpu = 0; cpu < cpus; cpu++) total += values.readUInt32LE(8 + 8 * cpu);
  assert.equal(total, 20);

  const slots = loader.framesOf(2).at(-1);
  assert.ok(slots);
  assert.equal(slots.header.count, 8);
  assert.equal(slots.header.aux, 0);
  const slotBytes = Buffer.from(slots.payload);
  assert.deepEqual(
    Array.from({ length: 8 }, (_, i) => slotBytes.readUInt32LE(4 * i)),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  assert.equal(
    Array.from({ length: 8 }, (_, i) => Number(slotBytes.readBigUInt64LE(32 + 8 * i))).reduce(
      (a, b) => a + b,
    ),
    20,
  );

  assert.equal(callsIn(loader.framesOf(3).at(-1)?.payload), 20);

  const counts = loader.lastCounts();
  assert.deepEqual(
    counts?.sources.find((source) => source.id === 0),
    { id: 0, delivered: '16', lost: '0' },
  );
  assert.deepEqual(
    loader.messages.map((message) => message.type).filter((type) => type !== 'counts'),
    ['remark', 'loaded', 'program', 'running', 'ended'],
  );
  assert.deepEqual(loader.messages.at(-1), { type: 'ended', reason: 'stopped' });
  assert.deepEqual(loader.exited, { code: 0, signal: null });
});

test('a storm of printk lines is read on a timer and wakes the loader for few of them', async () => {
  using producer = new Producer();
  const object = compileFixture('basic');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [{ id: 0, kind: 'trace', name: '', interval: 0 }],
    }),
  );
  await loader.running();
  await producer.getppid(1);
  await loader.until('a line', () => loader.records(0).length === 1);
  const before = sleepsOf(loader);
  const nanoseconds = await producer.getppid(100_000);
  const lines = loader.records(0).length;
  const sleeps = sleepsOf(loader) - before;
  // One for each 10 ms, one for each 100 ms of counts, and a few.
  const most = (nanoseconds / 1e6) * (0.1 + 0.01) + 20;
  assert.ok(sleeps < most, `${sleeps} sleeps in ${nanoseconds / 1e6} ms, ${lines} lines`);
  await loader.until('the last line', () => text(loader.records(0).at(-1)) === 'line 100001');
  await loader.stop();
});

test('lines that come faster than the agent takes them hold up no other source, and no stop', async () => {
  using producer = new Producer();
  const object = compileFixture('basic');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [
        { id: 0, kind: 'trace', name: '', interval: 0 },
        { id: 1, kind: 'globals', name: '.bss', interval: 20 },
      ],
    }),
  );
  await loader.running();
  // At most 64 KiB each 20 ms: some 70 lines in a millisecond, and many times as many are printed.
  const output = loader.child.stdio[3] as Readable;
  output.on('data', () => {
    output.pause();
    setTimeout(() => output.resume(), 20);
  });
  void producer.getppid(1_000_000_000);
  await loader.until('lines', () => loader.framesOf(0).length > 10);
  const before = loader.framesOf(1).length;
  await loader.until('globals in the storm', () => loader.framesOf(1).length > before + 3);
  await loader.stop();
  assert.deepEqual(loader.messages.at(-1), { type: 'ended', reason: 'stopped' });
});

test('a global that is written by command changes what the program does', async () => {
  using producer = new Producer();
  const object = compileFixture('basic');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [
        { id: 1, kind: 'globals', name: '.data', interval: 20 },
        { id: 2, kind: 'globals', name: '.rodata', interval: 0 },
        { id: 3, kind: 'globals', name: '.bss', interval: 20 },
      ],
    }),
  );
  await loader.running();
  const step = Buffer.alloc(8);
  step.writeBigUInt64LE(100n);
  loader.send({ type: 'write', source: 2, offset: 0, bytes: '00000000' });
  loader.send({ type: 'write', source: 1, offset: 1000, bytes: '00' });
  loader.send({ type: 'nonsense' });
  loader.send({ type: 'write', source: 1, offset: 0, bytes: step.toString('hex') });
  await loader.until(
    'three refusals',
    () => loader.messages.filter((message) => message.type === 'remark').length >= 4,
  );
  const holds = (source: number, offset: number, value: bigint): boolean => {
    const frame = loader.framesOf(source).at(-1);
    return frame !== undefined && Buffer.from(frame.payload).readBigUInt64LE(offset) === value;
  };
  // A frame begins with the key, eight bytes.
  await loader.until('100 in .data', () => holds(1, 8, 100n));
  await producer.getppid(3);
  await loader.until('300 in .bss', () => holds(3, 8, 300n));
  await loader.stop();
});

test('an entry is put into a map by command, where its sizes are those of the map', async () => {
  using producer = new Producer();
  const object = compileFixture('maps');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [
        { id: 0, kind: 'map', name: 'hash', interval: 20 },
        { id: 1, kind: 'map', name: 'per_cpu', interval: 0 },
      ],
    }),
  );
  await loader.running();
  const put = { type: 'put', source: 0, key: '2a000000', value: '0700000000000000' };
  loader.send({ ...put, value: '07000000' });
  loader.send({ ...put, source: 1, value: '07000000' });
  loader.send({ type: 'put', source: 0, key: '2a000000' });
  await loader.until(
    'three refusals',
    () => loader.messages.filter((message) => message.type === 'remark').length >= 3,
  );
  assert.equal(loader.framesOf(0).at(-1)?.header.count ?? 0, 0);
  loader.send(put);
  await loader.until('the entry', () => loader.framesOf(0).at(-1)?.header.count === 1);
  // Keys fill whole words of eight bytes before values begin.
  const payload = Buffer.from(loader.framesOf(0).at(-1)?.payload ?? []);
  assert.deepEqual([payload.readUInt32LE(0), payload.readBigUInt64LE(8)], [0x2a, 7n]);
  await loader.stop();
});

test('records that the program could not reserve are counted as lost, and nothing else is missing', async () => {
  using producer = new Producer();
  const object = compileFixture('storm');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      maps: [{ name: 'events', max_entries: 4096, value_size: 0 }],
      sources: [{ id: 0, kind: 'ringbuf', name: 'events', interval: 0 }],
      lost_sites: [{ section: '.data.probepad', offset: 0, source: 0 }],
    }),
    { readFrames: false },
  );
  await loader.running();
  await producer.getppid(200_000);
  // The agent does not read, yet the loader counts and listens.
  await loader.until('losses in counts', () => BigInt(loader.lastCounts()?.sources[0]?.lost ?? 0) > 0n);
  loader.readFrames();
  await loader.stop();
  const counts = loader.lastCounts()?.sources[0];
  const calls = Number(counts?.delivered) + Number(counts?.lost);
  assert.equal(loader.records(0).length, Number(counts?.delivered));
  assert.ok(calls >= 200_000 && calls < 200_100, `${calls} of 200000 and some of printf`);
  let seq = 0n;
  for (const frame of loader.framesOf(0)) {
    assert.equal(frame.header.seq, seq);
    seq += BigInt(frame.header.count);
  }
});

test('a perf event array delivers every record, with its CPU', async () => {
  using producer = new Producer();
  const object = compileFixture('perf');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [{ id: 4, kind: 'perf', name: 'events', interval: 0 }],
    }),
  );
  await loader.running();
  await producer.getppid(1_000);
  await loader.until('1000 records', () => loader.records(4).length >= 1_000);
  await loader.stop();
  const numbers = loader.records(4).map(({ data }) => Number(data.readBigUInt64LE(0)));
  assert.deepEqual(
    numbers.sort((a, b) => a - b),
    Array.from({ length: 1_000 }, (_, index) => index),
  );
  assert.ok(
    loader.records(4).every(({ data }) => data.readUInt32LE(8) === producer.pid && data.length >= 12),
  );
});

test('the last snapshot of a map is read after the end, though another is under way', async () => {
  using producer = new Producer();
  const object = compileFixture('maps');
  const orders = makeOrders(object, {
    params: [wantedPid(producer)],
    sources: [{ id: 0, kind: 'map', name: 'mapped', interval: 1 }],
  });
  using loader = new LoaderProcess(object, orders, { readFrames: false });
  await loader.running();
  // Nobody reads: it gets stuck in the middle of a snapshot of zeros, and no more is delivered.
  await loader.until('a snapshot that is under way', () => {
    const [before, now] = loader.messages
      .flatMap((message) => (message.type === 'counts' ? [message.sources[0]?.delivered] : []))
      .slice(-2);
    return now !== undefined && now !== '0' && now === before;
  });
  await producer.getppid(70_000);
  loader.readFrames();
  await loader.stop();
  const seq = loader.frames.at(-1)?.header.seq;
  const values = loader.frames
    .filter(({ header }) => header.seq === seq)
    .flatMap(({ header, payload }) => {
      const from = Buffer.from(payload).subarray((4 * header.count + 7) & ~7);
      return Array.from({ length: header.count }, (_, i) => Number(from.readBigUInt64LE(8 * i)));
    });
  assert.deepEqual([values.length, values[1], values.at(-1)], [70_000, 3, 3 * 69_999]);
});

test('snapshots hold every entry of every kind of map', async () => {
  using producer = new Producer();
  const object = compileFixture('maps');
  const names = ['hash', 'lru', 'per_cpu', 'mapped', 'trie', 'queue', 'stack', 'stacks', 'outer'];
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: names.map((name, id) => ({ id, kind: 'map', name, interval: 0 })),
    }),
  );
  await loader.running();
  await producer.getppid(100_000);
  await loader.stop();

  /** Keys and values of the last snapshot, each as hex or bytes. */
  const last = (
    name: string,
    keySize: number,
    stride: number,
    headOnly = false,
  ): { key: Buffer; value: Buffer }[] => {
    const frames = loader.framesOf(names.indexOf(name));
    const seq = frames.at(-1)?.header.seq;
    const snapshot = frames.filter((frame) => frame.header.seq === seq);
    assert.equal((snapshot[0]?.header.flags ?? 0) & 1, 1, `${name}: the first frame says so`);
    assert.equal((snapshot.at(-1)?.header.flags ?? 0) & 2, 2, `${name}: the last frame says so`);
    assert.ok(
      snapshot.every((frame) => (frame.header.flags & 8) === (headOnly ? 8 : 0)),
      headOnly ? `${name} has more than is shown` : `${name} is complete`,
    );
    return snapshot.flatMap((frame) => {
      const payload = Buffer.from(frame.payload);
      const values = (keySize * frame.header.count + 7) & ~7;
      return Array.from({ length: frame.header.count }, (_, i) => ({
        key: payload.subarray(i * keySize, (i + 1) * keySize),
        value: payload.subarray(values + i * stride, values + (i + 1) * stride),
      }));
    });
  };
  const numbers = new Map(
    last('hash', 4, 8).map(({ key, value }) => [key.readUInt32LE(0), Number(value.readBigUInt64LE(0))]),
  );
  assert.equal(numbers.size, 100_000);
  for (const [key, value] of numbers) assert.equal(value, 3 * key);
  const mapped = last('mapped', 4, 8);
  assert.equal(mapped.length, 70_000);
  mapped.forEach(({ key, value }, index) => {
    assert.equal(key.readUInt32LE(0), index);
    assert.equal(value.readBigUInt64LE(0), 3n * BigInt(index));
  });
  assert.deepEqual(
    last('lru', 4, 8)
      .map(({ key }) => key.readUInt32LE(0))
      .sort(),
    [0, 1, 2, 3],
  );
  const cpus = loader.framesOf(2).at(-1)?.header.aux ?? 0;
  const perCpu = last('per_cpu', 4, 8 * cpus);
  assert.equal(perCpu.length, 3);
  assert.deepEqual(
    last('trie', 8, 4)
      .map(({ key }) => key.readUInt32LE(4))
      .sort(),
    [0, 1, 2, 3],
  );
  assert.equal(last('queue', 0, 8, true)[0]?.value.readBigUInt64LE(0), 0n);
  assert.equal(last('stack', 0, 8, true)[0]?.value.readBigUInt64LE(0), 9n);
  const [trace] = loader.records(names.indexOf('stacks'));
  assert.ok(trace !== undefined && trace.data.readBigUInt64LE(0) !== 0n, 'a kernel stack was kept');
  const outer = last('outer', 4, 4);
  assert.equal(outer.length, 2);
  assert.ok(
    outer.every(({ value }) => value.readUInt32LE(0) > 0),
    'the ids of the maps inside',
  );
  assert.ok(loader.messages.some((message) => message.type === 'remark' && message.text.includes('stacks')));
});

test('a stack is sent when it is new, when another has its place, and with all others at the end', async () => {
  using producer = new Producer();
  const object = compileFixture('stacks');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [
        { id: 0, kind: 'map', name: 'roomy', interval: 20 },
        { id: 1, kind: 'map', name: 'newest', interval: 20 },
        { id: 2, kind: 'globals', name: '.bss', interval: 20 },
      ],
    }),
  );
  const round = async (): Promise<void> => {
    const before = loader.framesOf(2).length;
    await loader.until('five rounds', () => loader.framesOf(2).length >= before + 5);
  };
  const different = (source: number) =>
    new Set(loader.records(source).map(({ data }) => data.toString('hex')));
  await loader.running();
  await producer.getppid(1);
  await loader.until('the stack', () => different(0).size === 1 && different(1).size === 1);
  await round();
  const [whole = ''] = different(0);
  await producer.getppid(1);
  await loader.until('the other', () => different(0).size === 2 && different(1).size === 2);
  await round();
  const [, shorter = ''] = different(0);
  assert.equal(shorter, whole.slice(16), 'without the frame that was skipped');
  assert.equal(different(1).has(shorter), true);
  assert.ok(loader.records(0).length < loader.framesOf(2).length, 'not in each round');
  const seen = loader.records(0).length;
  await loader.stop();
  assert.equal(loader.records(0).length, seen + 2, 'all of them once more');
  const { seq = 0n, count = 0 } = loader.framesOf(0).at(-1)?.header ?? {};
  assert.equal(Number(seq) + count, seen + 2, 'each record has its ordinal');
});

for (const [where, command] of [
  ['', [LOADER, 'run']],
  [', with a CPU that is offline', [compileProgram('offline-cpu'), LOADER, 'run']],
] as const) {
  test(`what a perf event array loses is counted to the last record${where}`, async () => {
    using producer = new Producer({ cpu: 0 });
    const object = compileFixture('perf');
    using loader = new LoaderProcess(
      object,
      makeOrders(object, {
        params: [wantedPid(producer)],
        sources: [{ id: 0, kind: 'perf', name: 'events', interval: 0 }],
      }),
      { readFrames: false, command: [...command] },
    );
    await loader.running();
    await producer.getppid(200_000);
    await loader.until('losses in counts', () => BigInt(loader.lastCounts()?.sources[0]?.lost ?? 0) > 0n);
    loader.readFrames();
    await loader.stop();
    const counts = loader.lastCounts()?.sources[0];
    const calls = Number(counts?.delivered) + Number(counts?.lost);
    assert.equal(loader.records(0).length, Number(counts?.delivered));
    assert.ok(calls >= 200_000 && calls < 200_100, `${calls} of 200000 and some of printf`);
  });
}

test('200,000 events a second come through a small ring without a loss', async () => {
  using producer = new Producer();
  const object = compileFixture('storm');
  using loader = new LoaderProcess(
    object,
    makeOrders(object, {
      params: [wantedPid(producer)],
      sources: [{ id: 0, kind: 'ringbuf', name: 'events', interval: 0 }],
      lost_sites: [{ section: '.data.probepad', offset: 0, source: 0 }],
    }),
  );
  await loader.running();
  await producer.getppid(1_000_000);
  await loader.stop();
  const counts = loader.lastCounts()?.sources[0];
  assert.equal(counts?.lost, '0');
  assert.ok(Number(counts?.delivered) >= 1_000_000);
  let delivered = 0;
  for (const frame of loader.framesOf(0)) delivered += frame.header.count;
  assert.equal(delivered, Number(counts?.delivered));
});
