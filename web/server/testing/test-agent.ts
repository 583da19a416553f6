import type { TestContext } from 'node:test';
import type { AgentEvent, AgentMethod, AgentRequests, AgentWelcome } from '@probepad/protocol/control/agent';
import type { ParamsOf, Reply } from '@probepad/protocol/control/envelope';
import type { HostFacts } from '@probepad/protocol/control/host';
import type { ProbepadError } from '@probepad/protocol/errors';
import { encodeFrame, type Frame, type FrameHeader, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX, MESSAGE_MAX } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION } from '@probepad/protocol/version';
import { WebSocket } from 'ws';
import { type Inbox, inbox } from './inbox.ts';
import type { TestHub } from './test-hub.ts';

export interface AgentRequest {
  type: 'request';
  id: number;
  method: AgentMethod;
  params: unknown;
}
export type FromHub =
  | AgentRequest
  | AgentWelcome
  | { type: 'refused'; error: ProbepadError }
  | { type: 'ping'; time: number };

/** An agent without a kernel, which speaks the real protocol over a real WebSocket. */
export interface TestAgent {
  socket: WebSocket;
  /** The host's id. */
  host: string;
  name: string;
  credential: string;
  messages: Inbox<FromHub>;
  /** Frames that the hub sent: objects to load. */
  frames: Inbox<Frame>;
  send(event: AgentEvent | Record<string, unknown>): void;
  reply(request: { id: number }, result: unknown): void;
  refuse(request: { id: number }, error: ProbepadError): void;
  request<M extends AgentMethod>(
    method: M,
  ): Promise<{ id: number; params: ParamsOf<typeof AgentRequests, M> }>;
  sendFrames(...frames: Uint8Array[]): void;
  closed: Promise<{ code: number; reason: string }>;
}

export const FACTS: HostFacts = {
  hostname: 'testbox',
  kernel: '6.18.0',
  arch: 'x86_64',
  cpus: 2,
  btf: 'ab'.repeat(32),
  clang: '16.0.6',
  agent: '0.1.0',
  terminal: true,
  programTypes: ['tracepoint'],
  interfaces: ['lo'],
  checks: [],
};

export interface AgentOptions {
  join?: string;
  credential?: string;
  facts?: Partial<HostFacts>;
  runs?: { run: string; stream: number }[];
  protocol?: number;
  /** Without masking bytes, as an agent may: half of the cost of a large message. */
  plain?: boolean;
}

/** Opens the socket and says hello; the answer is the first message. */
export async function connectAgent(t: TestContext, port: number, options: AgentOptions) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, {
    perMessageDeflate: false,
    maxPayload: MESSAGE_MAX,
    ...(options.plain && { generateMask: (mask: Buffer) => mask.fill(0) }),
  });
  t.after(() => socket.terminate());
  const messages = inbox<FromHub>();
  const frames = inbox<Frame>();
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) for (const frame of framesOf(data, FRAME_PAYLOAD_MAX)) frames.put(frame);
    else messages.put(JSON.parse(data.toString('utf8')) as FromHub);
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
  const { join, credential, facts, runs = [], protocol = PROTOCOL_VERSION } = options;
  socket.send(
    JSON.stringify({
      type: 'hello',
      protocol,
      software: 'agent/test',
      ...(join !== undefined && { join }),
      ...(credential !== undefined && { credential }),
      facts: { ...FACTS, ...facts },
      runs,
    }),
  );
  return { socket, messages, frames, closed };
}

/** Connects and waits for the welcome. */
export async function testAgent(t: TestContext, hub: TestHub, options: AgentOptions): Promise<TestAgent> {
  const { socket, messages, frames, closed } = await connectAgent(t, hub.port, options);
  const welcome = await messages.next((message): message is AgentWelcome => message.type === 'welcome');
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  return {
    socket,
    messages,
    frames,
    closed,
    host: welcome.host,
    name: welcome.name,
    credential: welcome.credential ?? options.credential ?? '',
    send,
    reply: ({ id }, result) => send({ type: 'reply', id, result } satisfies Reply),
    refuse: ({ id }, error) => send({ type: 'reply', id, error } satisfies Reply),
    async request(method) {
      const found = await messages.next(
        (message): message is AgentRequest => message.type === 'request' && message.method === method,
      );
      return found as { id: number; params: ParamsOf<typeof AgentRequests, typeof method> };
    },
    sendFrames(...parts) {
      socket.send(Buffer.concat(parts), { binary: true });
    },
  };
}

/** Invites a host through the store of the hub and joins it. */
export async function joinedAgent(
  t: TestContext,
  hub: TestHub,
  options: AgentOptions & { name?: string } = {},
) {
  const { testBrowser } = await import('./test-browser.ts');
  const browser = await testBrowser(t, hub);
  const { token } = await browser.call('hosts.invite', { name: options.name ?? 'box' });
  browser.socket.close();
  return testAgent(t, hub, { ...options, join: token });
}

/** A frame of `count` records of `size` bytes (kind events unless said otherwise). */
export function testFrame(
  header: Partial<FrameHeader> & { stream: number },
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return encodeFrame(
    { kind: 'events', flags: 0, source: 0, count: 0, aux: 0, seq: 0n, lost: 0n, timeNs: 0n, ...header },
    payload,
  );
}
