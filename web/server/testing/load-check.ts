/**
 * How much goes through the hub: an agent that sends as fast as its socket takes it (records of 48 bytes as a ring buffer lays them
 * out), one viewer that counts. Hub, agent and viewer are processes of their own. Run by hand or from a bench:
 * `node web/server/testing/load-check.ts [seconds] [payload bytes of a frame] [frames a message]`. Prints one JSON object.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SourceCounts } from '@probepad/protocol/control/run';
import { encodeFrame, FRAME_HEADER_SIZE } from '@probepad/protocol/frames';
import { MESSAGE_MAX } from '@probepad/protocol/limits';
import { WebSocket } from 'ws';
import { PROBE, SCHEMA, statusOf } from './probe.ts';
import { FACTS } from './test-agent.ts';

const RECORD = 56;
const [role = '', ...rest] = process.argv.slice(2);
if (role === 'agent') await agent(rest);
else await measure([role, ...rest]);

async function measure([seconds = '', payload = '', frames = '']: string[]): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'probepad-load-'));
  const hub = spawn(process.execPath, [join(import.meta.dirname, '..', 'main.ts')], {
    env: { ...process.env, PROBEPAD_NO_APP: '1', PROBEPAD_PORT: '0', PROBEPAD_DATA: data },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let sender: ChildProcess | undefined;
  try {
    const [line] = (await once(createInterface(hub.stdout), 'line')) as [string];
    const url = new URL(line.replace('url: ', ''));
    const socket = new WebSocket(`ws://${url.host}/ws`, {
      headers: { authorization: `Bearer ${url.searchParams.get('token')}` },
      perMessageDeflate: false,
    });
    const replies = new Map<number, (result: never) => void>();
    let counts: SourceCounts | undefined;
    let bytes = 0;
    let messages = 0;
    let first = 0;
    let last = 0;
    let ended = () => {};
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) {
        bytes += data.byteLength;
        messages++;
        last = performance.now();
        first ||= last;
        return;
      }
      const message = JSON.parse(data.toString());
      if (message.type === 'reply') replies.get(message.id)?.(message.result as never);
      if (message.type === 'run.counts') counts = message.counts.sources.events;
      if (message.type === 'run.status' && message.status.state === 'ended') ended();
    });
    await once(socket, 'open');
    let id = 0;
    const call = <T>(method: string, params: unknown) =>
      new Promise<T>((resolve) => {
        replies.set(++id, resolve as (result: never) => void);
        socket.send(JSON.stringify({ type: 'request', id, method, params }));
      });
    socket.send(JSON.stringify({ type: 'hello', protocol: 1, software: 'load/1' }));
    const { token } = await call<{ token: string }>('hosts.invite', { name: 'load' });
    sender = spawn(
      process.execPath,
      [import.meta.filename, 'agent', url.host, token, seconds || '4', payload, frames],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const output = createInterface(sender.stdout as NonNullable<typeof sender.stdout>);
    const [host] = (await once(output, 'line')) as [string];
    const sent = once(output, 'line') as Promise<[string]>;
    const run = await call<{ id: string }>('run.start', { hosts: [host], name: 'load', probe: PROBE });
    await call('run.watch', { run: run.id });
    const before = cpuOf(hub.pid);
    await over;
    const cpu = (await cpuOf(hub.pid)) - (await before);
    const elapsed = (last - first) / 1000;
    const events = counts?.delivered ?? 0;
    const report = {
      ...JSON.parse((await sent)[0]),
      seconds: round(elapsed),
      messagesPerSecond: round(messages / elapsed),
      megabytesPerSecond: round(bytes / elapsed / 1e6),
      eventsPerSecond: round(events / elapsed),
      hubCpuSeconds: round(cpu),
      counts,
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    socket.close();
  } finally {
    sender?.kill();
    hub.kill();
    await once(hub, 'exit');
    await rm(data, { recursive: true, force: true });
  }
}

/** Seconds of CPU that a process has used (proc(5), fields 14 and 15 of stat). */
async function cpuOf(pid: number | undefined): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

async function agent([
  host = '',
  token = '',
  seconds = '',
  payload = '',
  frames = '',
]: string[]): Promise<void> {
  const socket = new WebSocket(`ws://${host}/agent`, {
    perMessageDeflate: false,
    // As the agent does: no masking, which is against scripts in browsers.
    generateMask: (mask) => mask.fill(0),
  });
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  socket.on('open', () => {
    send({ type: 'hello', protocol: 1, software: 'load/1', join: token, facts: FACTS, runs: [] });
  });
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString());
    if (message.type === 'welcome') process.stdout.write(`${message.host}\n`);
    if (message.method === 'run.start') {
      send({ type: 'reply', id: message.id, result: {} });
      void flood(message.params.run, message.params.stream);
    } else if (message.type === 'request') send({ type: 'reply', id: message.id, result: {} });
  });

  async function flood(run: string, stream: number): Promise<void> {
    const perMessage = Number(frames) || 4;
    const most = Math.floor(MESSAGE_MAX / perMessage) - FRAME_HEADER_SIZE;
    const size = Math.floor(Math.min(Number(payload) || most, most) / RECORD) * RECORD;
    const count = size / RECORD;
    const one = encodeFrame(
      { kind: 'events', flags: 0, source: 0, stream, count, aux: 0, seq: 0n, lost: 0n, timeNs: 0n },
      new Uint8Array(size),
    );
    const base = { run, id: run, host: '', stream, state: 'running', diagnostics: [], programs: [] };
    const status = { ...base, timing: {}, remarks: [], started: Date.now() } as never;
    send({ type: 'run.schema', run, stream, schema: SCHEMA });
    send({ type: 'run.status', status: statusOf({ id: run, statuses: [status] }, { state: 'running' }) });
    let seq = 0;
    const until = performance.now() + Number(seconds) * 1000;
    while (performance.now() < until) {
      const message = Buffer.concat(Array.from({ length: perMessage }, () => one));
      for (let index = 0; index < perMessage; index++) {
        message.writeBigUInt64LE(BigInt(seq), index * one.byteLength + 24);
        seq += count;
      }
      await new Promise((resolve) => {
        socket.send(message, { binary: true }, resolve);
        if (socket.bufferedAmount < 2 * MESSAGE_MAX) resolve(undefined);
      });
    }
    const delivered = { produced: seq, delivered: seq, dropped: { kernel: 0, agent: 0, hub: 0, viewer: 0 } };
    send({ type: 'run.counts', run, counts: { stream, sources: { events: delivered } } });
    send({ type: 'run.status', status: { ...(status as object), state: 'ended', reason: 'stopped' } });
    process.stdout.write(
      `${JSON.stringify({ sent: seq, frameBytes: one.byteLength, framesPerMessage: perMessage })}\n`,
    );
  }
}
