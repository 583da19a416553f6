import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleMessage } from '@probepad/protocol/testing';
import { createHubSockets, type WorkerSocket } from './hub-sockets.ts';
import type { FromWorker } from './messages.ts';

const schema = (stream: number) => JSON.stringify({ type: 'run.schema', stream });

/** Sockets whose hub and page are this test. */
function met(limit?: number) {
  const posted: FromWorker[] = [];
  const read: ArrayBuffer[] = [];
  const socket: WorkerSocket = {
    binaryType: 'blob',
    onopen: null,
    onmessage: null,
    onclose: null,
    send: () => undefined,
    close: () => undefined,
  };
  const sockets = createHubSockets(
    (message) => posted.push(message),
    (message) => read.push(message),
    () => socket,
    limit,
  );
  sockets.take({ socket: 'open', id: 1, url: 'ws://hub/ws' });
  const hub = (data: string | ArrayBuffer): void =>
    void socket.onmessage?.call(socket as WebSocket, { data } as MessageEvent);
  const ofType = <T extends FromWorker['type']>(type: T) =>
    posted.filter((message): message is Extract<FromWorker, { type: T }> => message.type === type);
  return { sockets, hub, read, ofType };
}

test('frames are read as they come, and the page is told that they do', () => {
  const { hub, read, ofType } = met();
  hub(sampleMessage({ kind: 'events' }));
  hub(sampleMessage({ kind: 'events', seq: 1n }));
  assert.equal(read.length, 2);
  assert.equal(ofType('socket').length, 1);
});

test('frames that follow a schema wait until the page has opened the stream', () => {
  const { sockets, hub, read, ofType } = met();
  hub(schema(1));
  hub(schema(2));
  const [first, second] = [sampleMessage({ kind: 'events' }), sampleMessage({ kind: 'events', stream: 2 })];
  hub(first);
  sockets.take({ socket: 'heard', id: 1 });
  hub(second);
  assert.equal(read.length, 0);
  assert.deepEqual(
    ofType('text').map(({ answer }) => answer),
    [true, true],
  );
  sockets.take({ socket: 'heard', id: 1 });
  assert.deepEqual(read, [first, second]);
});

test('a snippet that speaks of schemas is a text like any other', () => {
  const { hub, read, ofType } = met();
  hub(JSON.stringify({ type: 'reply', result: '"run.schema"' }));
  hub(sampleMessage({ kind: 'events' }));
  assert.equal(ofType('text')[0]?.answer, false);
  assert.equal(read.length, 1);
});

test('what there is no room for while the page is busy is dropped and told, and counted anew when the stream is watched again', () => {
  const { sockets, hub, read, ofType } = met(100);
  hub(schema(1));
  hub(sampleMessage({ kind: 'events', count: 1 }, new Uint8Array(40)));
  hub(sampleMessage({ kind: 'events', seq: 1n, count: 5 }, new Uint8Array(40)));
  assert.deepEqual(ofType('dropped').at(-1), { type: 'dropped', stream: 1, counts: [[0, 5]] });
  sockets.take({ socket: 'heard', id: 1 });
  assert.equal(read.length, 1);
  hub(schema(1));
  assert.deepEqual(ofType('dropped').at(-1), { type: 'dropped', stream: 1, counts: [] });
});
