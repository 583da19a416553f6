import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERIFIER_LOG_MAX, VIEWER_QUEUE_MAX } from '@probepad/protocol/limits';
import type { Piece } from './piece.ts';
import { SOCKET_WATERMARK, viewerQueue } from './viewer-queue.ts';

/** A socket that takes bytes only when told. */
function slowSocket() {
  const sent: { data: Buffer; done: () => void }[] = [];
  let buffered = 0;
  return {
    sent,
    get bufferedAmount() {
      return buffered;
    },
    send(data: Buffer, done: () => void) {
      sent.push({ data, done });
      buffered += data.byteLength;
    },
    drain() {
      buffered = 0;
      for (const { done } of [...sent]) done();
    },
  };
}

function queueOn(socket: ReturnType<typeof slowSocket>, limit: number) {
  const outcomes: string[] = [];
  const name = (piece: Piece) => `${piece.stream}:${piece.snapshot?.seq ?? piece.data[0]}`;
  const queue = viewerQueue(
    socket,
    {
      delivered: (piece) => outcomes.push(`delivered ${name(piece)}`),
      dropped: (piece) => outcomes.push(`dropped ${name(piece)}`),
    },
    limit,
  );
  return { queue, outcomes };
}

const KIB = 1024;
const piece = (stream: number, label: number, size = 512 * KIB): Piece => ({
  stream,
  data: Buffer.alloc(size, label),
  tallies: [],
  log: false,
});
const snapshot = (seq: bigint, first: boolean, last: boolean, size = 10): Piece => ({
  ...piece(1, 0, size),
  snapshot: { source: 5, seq, first, last },
});

test('what a full queue drops is the oldest, and what waits is bounded', () => {
  const socket = slowSocket();
  const { queue, outcomes } = queueOn(socket, 2048 * KIB);
  for (let label = 1; label <= 8; label++) queue.offer([piece(1, label)]);
  assert.deepEqual(outcomes, [
    'delivered 1:1',
    'delivered 1:2',
    'dropped 1:3',
    'dropped 1:4',
    'dropped 1:5',
    'dropped 1:6',
  ]);
  assert.ok(socket.bufferedAmount + queue.bytes <= 2048 * KIB);
  socket.drain();
  assert.deepEqual(outcomes.slice(-2), ['delivered 1:7', 'delivered 1:8']);
  assert.equal(queue.bytes, 0);
});

test('a newer snapshot takes the place of one that waits', () => {
  const socket = slowSocket();
  const { queue, outcomes } = queueOn(socket, 8 * SOCKET_WATERMARK);
  queue.offer([piece(1, 1, SOCKET_WATERMARK)]);
  queue.offer([snapshot(1n, true, false), snapshot(1n, false, true)]);
  queue.offer([snapshot(2n, true, false)]);
  queue.offer([snapshot(2n, false, true)]);
  socket.drain();
  assert.deepEqual(outcomes.slice(1), ['dropped 1:1', 'dropped 1:1', 'delivered 1:2', 'delivered 1:2']);
  assert.equal(queue.bytes, 0);
});

test('a snapshot that is larger than the queue is dropped whole, and the next small one arrives', () => {
  const socket = slowSocket();
  const { queue, outcomes } = queueOn(socket, 2 * SOCKET_WATERMARK);
  queue.offer([piece(1, 1, SOCKET_WATERMARK)]);
  queue.offer([
    snapshot(1n, true, false, SOCKET_WATERMARK),
    snapshot(1n, false, false, 10),
    snapshot(1n, false, true, 10),
  ]);
  assert.deepEqual(outcomes.slice(1), ['dropped 1:1', 'dropped 1:1', 'dropped 1:1']);
  queue.offer([snapshot(2n, true, true)]);
  socket.drain();
  assert.deepEqual(outcomes.slice(4), ['delivered 1:2']);
  assert.equal(queue.bytes, 0);
});

test('the end comes after the data before it, also when that is dropped', () => {
  const socket = slowSocket();
  const { queue, outcomes } = queueOn(socket, 2 * SOCKET_WATERMARK);
  queue.offer([piece(1, 1, SOCKET_WATERMARK)]);
  queue.offer([piece(1, 2), snapshot(9n, true, true)]);
  queue.after(1, () => outcomes.push('end'));
  assert.ok(!outcomes.includes('end'));
  for (let label = 3; label <= 6; label++) queue.offer([piece(2, label)]);
  assert.deepEqual(outcomes.slice(1, 4), ['dropped 1:2', 'delivered 1:9', 'end']);
});

test('the verifier log is not dropped for being old', () => {
  const socket = slowSocket();
  const { queue, outcomes } = queueOn(socket, 2 * SOCKET_WATERMARK);
  queue.offer([piece(1, 1, SOCKET_WATERMARK)]);
  for (let label = 2; label <= 9; label++) queue.offer([{ ...piece(1, label), log: true }]);
  queue.offer([piece(1, 10)]);
  socket.drain();
  socket.drain();
  assert.ok(!outcomes.some((outcome) => /dropped 1:[2-9]$/.test(outcome)), outcomes.join());
});

test('the longest log of the verifier waits whole for a slow viewer', () => {
  const socket = slowSocket();
  const { queue, outcomes } = queueOn(socket, VIEWER_QUEUE_MAX);
  const large = piece(1, 1, 16 * SOCKET_WATERMARK);
  const pieces = VERIFIER_LOG_MAX / large.data.byteLength;
  for (let count = 0; count < pieces; count++) queue.offer([{ ...large, log: true }]);
  for (let count = 0; count < pieces; count++) socket.drain();
  assert.deepEqual(outcomes, Array(pieces).fill('delivered 1:1'));
});

test('a stream that is turned away from takes nothing along', () => {
  const socket = slowSocket();
  const { queue, outcomes } = queueOn(socket, 8 * SOCKET_WATERMARK);
  queue.offer([piece(1, 1, SOCKET_WATERMARK)]);
  queue.offer([piece(1, 2), snapshot(1n, true, true), piece(2, 3)]);
  queue.after(1, () => outcomes.push('end'));
  queue.forget(1);
  socket.drain();
  assert.deepEqual(outcomes.slice(1), ['delivered 2:3']);
  assert.equal(queue.bytes, 0);
});
