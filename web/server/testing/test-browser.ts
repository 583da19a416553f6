import type { TestContext } from 'node:test';
import type { BrowserEvent, BrowserMethod, BrowserRequests } from '@probepad/protocol/control/browser';
import type { ParamsOf, Reply, ResultOf } from '@probepad/protocol/control/envelope';
import { type ErrorCode, type ProbepadError, ProbepadFailure } from '@probepad/protocol/errors';
import { type Frame, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX, MESSAGE_MAX } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION } from '@probepad/protocol/version';
import { WebSocket } from 'ws';
import { type Inbox, inbox } from './inbox.ts';
import type { TestHub } from './test-hub.ts';

export type Incoming = BrowserEvent | Reply | { type: 'refused'; error: ProbepadError };

/** A viewer over a real WebSocket. */
export interface TestBrowser {
  socket: WebSocket;
  messages: Inbox<Incoming>;
  frames: Inbox<Frame>;
  /** Bytes of binary messages so far, how many messages, and the bytes of the largest. */
  received: { bytes: number; messages: number; largest: number };
  call<M extends BrowserMethod>(
    method: M,
    params: ParamsOf<typeof BrowserRequests, M>,
  ): Promise<ResultOf<typeof BrowserRequests, M>>;
  event<T extends BrowserEvent['type']>(
    type: T,
    fits?: (event: Extract<BrowserEvent, { type: T }>) => boolean,
  ): Promise<Extract<BrowserEvent, { type: T }>>;
  closed: Promise<{ code: number; reason: string }>;
}

/** Connects with the access token, greets, and waits for the welcome. */
export async function testBrowser(
  t: TestContext,
  hub: TestHub,
  options: { keepFrames?: boolean; onFrames?: (message: Buffer) => void } = {},
): Promise<TestBrowser> {
  const socket = new WebSocket(`ws://127.0.0.1:${hub.port}/ws`, {
    headers: { authorization: `Bearer ${hub.token}` },
    perMessageDeflate: false,
    maxPayload: MESSAGE_MAX,
  });
  t.after(() => socket.terminate());
  const messages = inbox<Incoming>();
  const frames = inbox<Frame>();
  const received = { bytes: 0, messages: 0, largest: 0 };
  const keep = options.keepFrames ?? true;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) {
      messages.put(JSON.parse(data.toString('utf8')) as Incoming);
      return;
    }
    received.bytes += data.byteLength;
    received.messages++;
    received.largest = Math.max(received.largest, data.byteLength);
    options.onFrames?.(data);
    if (keep) for (const frame of framesOf(data, FRAME_PAYLOAD_MAX)) frames.put(frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  void closed.then(({ code, reason }) => messages.end(new Error(`closed with ${code} ${reason}`)));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  let nextId = 1;

  const browser: TestBrowser = {
    socket,
    messages,
    frames,
    received,
    closed,
    async call(method, params) {
      const id = nextId++;
      socket.send(JSON.stringify({ type: 'request', id, method, params }));
      const reply = await messages.next(
        (message): message is Reply => message.type === 'reply' && message.id === id,
      );
      if (reply.error !== undefined) throw new ProbepadFailure(reply.error);
      return reply.result as ResultOf<typeof BrowserRequests, typeof method>;
    },
    event(type, fits = () => true) {
      type Wanted = Extract<BrowserEvent, { type: typeof type }>;
      return messages.next(
        (message): message is Wanted & Incoming => message.type === type && fits(message as Wanted),
      );
    },
  };
  socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, software: 'test/1' }));
  await browser.event('welcome');
  return browser;
}

/** For `assert.rejects`: a failure of that code. */
export const failsWith = (code: ErrorCode) => (thrown: unknown) =>
  thrown instanceof ProbepadFailure && thrown.error.code === code;
