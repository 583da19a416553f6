import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  encodeFrame,
  FRAME_FLAGS,
  FRAME_HEADER_SIZE,
  type Frame,
  type FrameHeader,
  framesOf,
} from '@probepad/protocol/frames';
import {
  AGENT_IN_FLIGHT,
  AGENT_QUEUE_MAX,
  FRAME_PAYLOAD_MAX,
  MESSAGE_MAX,
  RESUME_BUFFER,
} from '@probepad/protocol/limits';
import { createFrameReader, type RawFrame } from './frame-reader.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createSlabs, SLAB_SIZE, type Slabs } from './slabs.ts';

const PAYLOAD = 1000;

function frame(
  seq: number,
  changes: Partial<FrameHeader> = {},
  payload: Uint8Array = new Uint8Array(PAYLOAD),
): RawFrame {
  const header: FrameHeader = {
    kind: 'events',
    flags: 0,
    source: 1,
    stream: 7,
    count: 10,
    aux: 0,
    seq: BigInt(seq),
    lost: 0n,
    timeNs: 1n,
    length: PAYLOAD,
    ...changes,
  };
  return { header, bytes: encodeFrame(header, payload) };
}

/** Gives a reader pieces of a stream as a socket does: into the room that it offers. */
function feeding(slabs: Slabs, onFrame: (frame: RawFrame) => void): (bytes: Uint8Array) => void {
  const reader = createFrameReader(slabs, onFrame);
  return (bytes) => {
    for (let taken = 0; taken < bytes.byteLength; ) {
      const room = reader.room();
      const piece = bytes.subarray(taken, taken + room.byteLength);
      room.set(piece);
      taken += piece.byteLength;
      reader.took(piece.byteLength);
    }
  };
}

function drain(outbox: Outbox, limit = MESSAGE_MAX): Frame[] {
  const frames: Frame[] = [];
  for (;;) {
    const message = outbox.take(limit);
    if (message === undefined) return frames;
    assert.ok(message.byteLength <= limit);
    frames.push(...framesOf(message, FRAME_PAYLOAD_MAX));
  }
}

function shape(frames: readonly Frame[]): string[] {
  return frames.map(({ header }) => `${header.kind} ${header.seq}+${header.count}`);
}

test('frames cut anywhere by the stream come out whole', () => {
  const frames = Array.from({ length: 3000 }, (_, index) => frame(index * 10));
  const stream = Buffer.concat(frames.map(({ bytes }) => bytes));
  const seen: bigint[] = [];
  const read = feeding(createSlabs(), ({ header, bytes }) => {
    assert.equal(bytes.byteLength, FRAME_HEADER_SIZE + PAYLOAD);
    seen.push(header.seq);
  });
  for (let at = 0; at < stream.byteLength; at += 7919) read(stream.subarray(at, at + 7919));
  assert.deepEqual(
    seen,
    frames.map(({ header }) => header.seq),
  );
});

test('a message stays as it was taken for as long as a socket may hold it', () => {
  const slabs = createSlabs();
  const outbox = createOutbox(RESUME_BUFFER, AGENT_QUEUE_MAX, slabs);
  const read = feeding(slabs, (raw) => outbox.push(raw));
  const inFlight: { message: Uint8Array; hash: string }[] = [];
  const hashOf = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
  let waiting = 0;
  let written = 0;
  for (let index = 0; index < 400; index++) {
    const length = FRAME_PAYLOAD_MAX;
    read(frame(index * 10, { length }, Buffer.alloc(length, index)).bytes);
    // As `hasRoom` and the feed have it: one more message while less than the limit waits.
    while (waiting < AGENT_IN_FLIGHT) {
      const message = outbox.take(MESSAGE_MAX);
      if (message === undefined) break;
      inFlight.push({ message, hash: hashOf(message) });
      waiting += message.byteLength;
    }
    if (waiting < AGENT_IN_FLIGHT) continue;
    const oldest = inFlight.shift();
    assert.ok(oldest);
    assert.equal(hashOf(oldest.message), oldest.hash, `message ${written}`);
    waiting -= oldest.message.byteLength;
    written++;
  }
  assert.ok(written > 100, `${written} messages`);
});

test('neighbouring frames become one message without a copy', () => {
  const outbox = createOutbox(1e6, 1e6);
  const read = feeding(createSlabs(), (raw) => outbox.push(raw));
  read(Buffer.concat([frame(0).bytes, frame(10).bytes]));
  const message = outbox.take(MESSAGE_MAX);
  assert.equal(message?.byteLength, 2 * (FRAME_HEADER_SIZE + PAYLOAD));
  assert.equal(message?.buffer.byteLength, 1024 * 1024);
});

test('a stream of any length uses the memory of what is kept, and what is kept stays whole', () => {
  const slabs = createSlabs();
  const outbox = createOutbox(2 * SLAB_SIZE, 2 * SLAB_SIZE, slabs);
  const memories = new Set<ArrayBufferLike>();
  const read = feeding(slabs, (raw) => {
    memories.add(raw.bytes.buffer);
    outbox.push(raw);
  });
  const frames = 20_000;
  for (let index = 0; index < frames; index++) {
    const raw = frame(index * 10);
    raw.bytes.fill(index % 251, FRAME_HEADER_SIZE);
    read(raw.bytes);
    if (index % 100 === 0) drain(outbox);
  }
  drain(outbox);
  assert.ok(memories.size <= 5, `${memories.size} slabs for ${(frames * 1048) >> 20} MiB`);
  outbox.rewind(new Map([[1, BigInt(frames - 1000) * 10n]]));
  const again = drain(outbox);
  assert.equal(again.length, 1000);
  for (const { header, payload } of again) {
    assert.ok(payload.every((byte) => byte === (Number(header.seq) / 10) % 251));
  }
});

test('a full queue drops the oldest and declares the gap before what follows', () => {
  const outbox = createOutbox(1e6, 3 * 1048);
  for (let seq = 0; seq < 100; seq += 10) outbox.push(frame(seq));
  assert.deepEqual(shape(drain(outbox)), ['gap 0+70', 'events 70+10', 'events 80+10', 'events 90+10']);
  assert.deepEqual(outbox.counts().get(1), { delivered: 30, dropped: 70, lost: 0 });
});

test('a gap with nothing after it is declared too', () => {
  const outbox = createOutbox(1e6, 100);
  outbox.push(frame(0));
  assert.ok(outbox.waits());
  assert.deepEqual(shape(drain(outbox)), ['gap 0+10']);
  assert.ok(!outbox.waits());
});

test('a reconnect sends again what was not received', () => {
  const outbox = createOutbox(1e6, 1e6);
  for (let seq = 0; seq < 50; seq += 10) outbox.push(frame(seq));
  drain(outbox);
  outbox.rewind(new Map([[1, 30n]]));
  assert.deepEqual(shape(drain(outbox)), ['events 30+10', 'events 40+10']);
  assert.deepEqual(outbox.counts().get(1), { delivered: 50, dropped: 0, lost: 0 });
});

test('what was sent, not received and no longer kept becomes a gap of exactly that size', () => {
  const outbox = createOutbox(2 * 1048, 1e6);
  for (let seq = 0; seq < 100; seq += 10) outbox.push(frame(seq));
  drain(outbox, 2 * 1048 + 100);
  outbox.rewind(new Map([[1, 30n]]));
  assert.deepEqual(shape(drain(outbox)), ['gap 30+50', 'events 80+10', 'events 90+10']);
  assert.deepEqual(outbox.counts().get(1), { delivered: 50, dropped: 50, lost: 0 });
});

test('gaps that were declared before are not counted twice when they are declared again', () => {
  const outbox = createOutbox(1048, 2 * 1048);
  for (let seq = 0; seq < 50; seq += 10) outbox.push(frame(seq));
  drain(outbox);
  assert.equal(outbox.counts().get(1)?.dropped, 30);
  outbox.rewind(new Map([[1, 0n]]));
  assert.deepEqual(shape(drain(outbox)), ['gap 0+40', 'events 40+10']);
  assert.deepEqual(outbox.counts().get(1), { delivered: 10, dropped: 40, lost: 0 });
});

test('a gap that waits keeps its place when older frames are sent again', () => {
  const outbox = createOutbox(1e6, 3 * 1048);
  outbox.push(frame(0));
  outbox.push(frame(10));
  drain(outbox);
  for (let seq = 20; seq < 60; seq += 10) outbox.push(frame(seq));
  outbox.setBound(1e6);
  outbox.rewind(new Map([[1, 10n]]));
  assert.deepEqual(shape(drain(outbox)), [
    'events 10+10',
    'gap 20+10',
    'events 30+10',
    'events 40+10',
    'events 50+10',
  ]);
  assert.deepEqual(outbox.counts().get(1), { delivered: 50, dropped: 10, lost: 0 });
});

const { first, last } = FRAME_FLAGS;

function piece(seq: number, flags: number): RawFrame {
  return frame(seq, { kind: 'map', source: 2, flags });
}

test('snapshots are counted as wholes', () => {
  const outbox = createOutbox(2 * 1048, 1e6);
  for (const raw of [piece(0, first | last), piece(1, first), piece(1, last), piece(2, first | last)])
    outbox.push(raw);
  drain(outbox);
  assert.deepEqual(outbox.counts().get(2), { delivered: 3, dropped: 0, lost: 0 });
  outbox.rewind(new Map([[2, 1n]]));
  assert.deepEqual(shape(drain(outbox)), ['gap 1+1', 'map 2+10']);
  assert.deepEqual(outbox.counts().get(2), { delivered: 2, dropped: 1, lost: 0 });
});

test('a snapshot that lost a piece is dropped as a whole', () => {
  const outbox = createOutbox(1e6, 2 * 1048);
  for (const raw of [piece(0, first), piece(0, 0), piece(0, last), piece(1, first | last)]) outbox.push(raw);
  assert.deepEqual(shape(drain(outbox)), ['gap 0+1', 'map 1+10']);
  assert.deepEqual(outbox.counts().get(2), { delivered: 1, dropped: 1, lost: 0 });
});

test('a peer that is new gets what is still here, and no gap for what went to another', () => {
  const outbox = createOutbox(2 * 1048, 1e6);
  for (let seq = 0; seq < 50; seq += 10) outbox.push(frame(seq));
  drain(outbox, 2 * 1048 + 100);
  outbox.rewind(new Map());
  assert.deepEqual(shape(drain(outbox)), ['events 30+10', 'events 40+10']);
  assert.deepEqual(outbox.counts().get(1), { delivered: 50, dropped: 0, lost: 0 });
});

const log = (seq: number, flags = 0): RawFrame => frame(seq, { kind: 'log', source: 0, count: 0, flags });

test('no bound on records drops the kernel verifier log', () => {
  const outbox = createOutbox(1e6, 1048);
  outbox.push(log(0));
  for (let seq = 0; seq < 50; seq += 10) outbox.push(frame(seq));
  assert.equal(drain(outbox).filter(({ header }) => header.kind === 'log').length, 1);
});

test('a reconnect sends the log again that was on its way', () => {
  const outbox = createOutbox(1e6, 1e6);
  for (const raw of [log(0, first), log(1000), log(2000, last)]) outbox.push(raw);
  drain(outbox, 2 * 1048 + 100);
  outbox.push(log(0, first));
  drain(outbox);
  outbox.rewind(new Map());
  assert.equal(outbox.logBytes(), 4 * 1048);
  assert.deepEqual(shape(drain(outbox)), ['log 0+0', 'log 1000+0', 'log 2000+0', 'log 0+0']);
  assert.equal(outbox.logBytes(), 0);
});

test('a log that has to make room loses its beginning, and its last frame tells so', () => {
  const outbox = createOutbox(1e6, 1e6);
  for (const raw of [log(0, first), frame(0), log(1000), log(2000, last)]) outbox.push(raw);
  assert.equal(outbox.dropLog(1), 1048);
  assert.equal(outbox.logBytes(), 2 * 1048);
  assert.equal(outbox.dropLog(1e6), 1048);
  assert.deepEqual(shape(drain(outbox)), ['events 0+10', 'log 2000+0']);
});
