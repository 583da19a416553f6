import type { Run } from '@probepad/protocol/control/browser';
import { encodeFrame } from '@probepad/protocol/frames';
import { sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import type { Settings } from '../settings.ts';
import { PROBE, statusOf } from './probe.ts';
import { joinedAgent, type TestAgent } from './test-agent.ts';
import { type TestBrowser, testBrowser } from './test-browser.ts';
import { type TestHub, testHub } from './test-hub.ts';

/** Source 0 is the ring buffer `events` of `struct { __u32 pid; __u64 bytes; }`, source 1 the hash `counts` of `__u32` to `__u64`. */
const SCHEMA = sampleSchema({
  types: [
    { kind: 'void' },
    { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' },
    { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' },
    {
      kind: 'struct',
      name: 'event',
      size: 16,
      members: [
        { name: 'pid', type: 1, offsetBits: 0 },
        { name: 'bytes', type: 2, offsetBits: 64 },
      ],
    },
  ],
  sources: [
    sampleSource({ records: [{ type: 3, size: 16 }] }),
    sampleSource({
      id: 1,
      name: 'counts',
      kind: 'map',
      mapType: 'hash',
      keySize: 4,
      valueSize: 8,
      keyType: 1,
      valueType: 2,
    }),
  ],
});

/** CLOCK_REALTIME minus CLOCK_MONOTONIC of the agent's host. */
const CLOCK_OFFSET = 1_795_262_400_000_000_000n;

export interface ExportedRun {
  hub: TestHub;
  agent: TestAgent;
  browser: TestBrowser;
  run: Run;
  /** Sends a snapshot of `counts`. */
  sendCounts(entries: readonly (readonly [key: number, value: bigint])[]): void;
  /** Sends events from `first` on, each with its number as `pid` and 2^63 as `bytes`. */
  sendEvents(first: number, count: number): void;
  /** Ends the run, and waits until its viewer knows it. */
  end(): Promise<void>;
}

/** A run that is marked for export, on one host, and running. */
export async function exportedRun(
  t: Parameters<typeof testHub>[0],
  settings: Partial<Settings>,
  exported = true,
): Promise<ExportedRun> {
  const hub = await testHub(t, settings);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const probe = { ...PROBE, exported };
  const run = await browser.call('run.start', { name: 'my-probe.bpf.c', probe, hosts: [agent.host] });
  agent.reply(await agent.request('run.start'), {});
  await browser.call('run.watch', { run: run.id });
  const stream = run.statuses[0]?.stream ?? 0;
  agent.send({ type: 'run.schema', run: run.id, stream, schema: SCHEMA });
  agent.send({
    type: 'run.status',
    status: statusOf(run, { state: 'running', clockOffset: String(CLOCK_OFFSET) }),
  });
  await browser.event('run.status', ({ status }) => status.state === 'running');
  let snapshots = 0n;
  const common = { stream, aux: 0, lost: 0n, timeNs: 123_456_789n };
  return {
    hub,
    agent,
    browser,
    run,
    sendCounts(entries) {
      const payload = new Uint8Array(((entries.length * 4 + 7) & ~7) + entries.length * 8);
      const view = new DataView(payload.buffer);
      entries.forEach(([key, value], at) => {
        view.setUint32(at * 4, key, true);
        view.setBigUint64(((entries.length * 4 + 7) & ~7) + at * 8, value, true);
      });
      const seq = ++snapshots;
      const count = entries.length;
      agent.sendFrames(encodeFrame({ ...common, kind: 'map', flags: 3, source: 1, count, seq }, payload));
    },
    sendEvents(first, count) {
      const records = Array.from({ length: count }, (_, at) => {
        const data = new DataView(new ArrayBuffer(16));
        data.setUint32(0, first + at, true);
        data.setBigUint64(8, 1n << 63n, true);
        return sampleRecord(new Uint8Array(data.buffer));
      });
      const payload = Uint8Array.from(Buffer.concat(records));
      const seq = BigInt(first);
      agent.sendFrames(encodeFrame({ ...common, kind: 'events', flags: 0, source: 0, count, seq }, payload));
    },
    async end() {
      agent.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'stopped' }) });
      await browser.event('run.status', ({ status }) => status.state === 'ended');
    },
  };
}
