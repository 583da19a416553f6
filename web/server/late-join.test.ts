import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, FRAME_FLAGS, framesOf } from '@probepad/protocol/frames';
import { lateJoinRing, tallyPiece } from './late-join.ts';
import type { Piece } from './piece.ts';

function piece(
  source: number,
  seq: number,
  size: number,
  snapshot?: { first: boolean; last: boolean },
): Piece {
  const data = encodeFrame(
    {
      kind: snapshot === undefined ? 'events' : 'map',
      flags: 0,
      source,
      stream: 1,
      count: 1,
      aux: 0,
      seq: BigInt(seq),
      lost: 0n,
      timeNs: 0n,
    },
    new Uint8Array(size),
  );
  return {
    stream: 1,
    data: Buffer.from(data),
    tallies: [{ source, records: 1, agent: 0, hub: 0, kernel: 0 }],
    log: false,
    ...(snapshot !== undefined && { snapshot: { source, seq: BigInt(seq), ...snapshot } }),
  };
}

const seqs = (pieces: Piece[]) =>
  pieces.flatMap(({ data }) =>
    [...framesOf(data, 1e9)].map(({ header }) => [header.source, Number(header.seq)]),
  );

test('the ring stays within its bytes, and a flood leaves the few frames of another source alone', () => {
  const ring = lateJoinRing(100_000);
  ring.add(piece(2, 0, 100));
  for (let seq = 0; seq < 1000; seq++) ring.add(piece(1, seq, 1000));
  ring.add(piece(2, 1, 100));
  assert.ok(ring.bytes <= 100_000);
  const kept = seqs(ring.replay());
  assert.deepEqual(kept[0], [2, 0]);
  assert.deepEqual(kept.at(-1), [2, 1]);
  const flood = kept.filter(([source]) => source === 1);
  assert.ok(flood.length > 50);
  assert.deepEqual(flood.at(-1), [1, 999]);
});

test('of a map only the newest complete snapshot and the one that arrives are kept', () => {
  const ring = lateJoinRing();
  ring.add(piece(1, 1, 10, { first: true, last: true }));
  ring.add(piece(1, 2, 10, { first: true, last: false }));
  assert.deepEqual(seqs(ring.replay()), [
    [1, 1],
    [1, 2],
  ]);
  ring.add(piece(1, 2, 10, { first: false, last: true }));
  assert.deepEqual(seqs(ring.replay()), [
    [1, 2],
    [1, 2],
  ]);
});

test('empty frames and bare tallies are bounded too', () => {
  const ring = lateJoinRing(100_000);
  for (let count = 0; count < 10_000; count++) {
    ring.add(tallyPiece(1, { source: 1, records: 0, agent: 0, hub: 0, kernel: 1 }));
  }
  assert.ok(ring.replay().length < 1000);
});

test('a small frame does not hold the message that it came in', () => {
  const ring = lateJoinRing();
  const small = piece(1, 0, 10);
  const message = Buffer.concat([small.data, Buffer.alloc(1_000_000)]);
  ring.add({ ...small, data: message.subarray(0, small.data.byteLength) });
  const [kept] = ring.replay();
  assert.ok(kept !== undefined && kept.data.buffer.byteLength < 100_000);
  assert.equal([...framesOf(kept.data, 1e9)][0]?.header.flags, FRAME_FLAGS.replay);
  assert.equal([...framesOf(small.data, 1e9)][0]?.header.flags, 0, 'what goes on live is not marked');
});
