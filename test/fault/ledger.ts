import assert from 'node:assert/strict';
import type { RunCounts, SourceCounts } from '@probepad/protocol/control/run';
import { createDecoder } from '@probepad/protocol/decode';
import { type Frame, forEachRecord } from '@probepad/protocol/frames';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { Client } from '../stack/client.ts';

/**
 * What a viewer of `floodProbe` can say about its events without believing any counter: the probe numbers its calls, writes the
 * number into the event and keeps the sum in a global.
 */
export interface Ledger {
  /** Events received. */
  readonly records: number;
  /** The number of the event after the last, as frames number what was sent: those the kernel lost have none. */
  readonly sent: number;
  /** What is missing or comes twice, and no frame says so. */
  readonly faults: readonly string[];
  /** As the hub told them last. */
  readonly counts: RunCounts | undefined;
  /** Calls by the probe's own counting, as its global was read last; undefined before. */
  calls(): number | undefined;
}

/** More of them say nothing new. */
const FAULTS_KEPT = 10;

/** Watches a run of `floodProbe`. Only who does it while the flood is paused has the counts of the whole run. */
export async function keepLedger(client: Client, run: string): Promise<Ledger> {
  let stream: number | undefined;
  let schema: ProbeSchema | undefined;
  let counts: RunCounts | undefined;
  const globals = new Map<number, Frame>();
  const faults: string[] = [];
  let records = 0;
  /** Ordinals by the frames, and by the probe: the next that is expected. */
  let sent = 0;
  let next = 0;

  function fault(text: string): void {
    if (faults.length < FAULTS_KEPT) faults.push(text);
  }

  function takeEvents({ header, payload }: Frame): void {
    const seq = Number(header.seq);
    const lost = Number(header.lost);
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    if (seq < sent) fault(`frame ${seq} after ${sent}`);
    let at = seq;
    const found = forEachRecord(payload, (start) => {
      // Four billion calls are hours of a flood.
      const ordinal = view.getUint32(start, true);
      if (ordinal < next) fault(`call ${ordinal} after ${next - 1}`);
      if (ordinal - at > lost) fault(`call ${ordinal} is event ${at}, with ${lost} lost in the kernel`);
      next = ordinal + 1;
      at++;
    });
    if (found !== header.count) fault(`frame ${seq} has ${found} events and says ${header.count}`);
    records += found;
    sent = at;
  }

  client.onEvent((event) => {
    if (event.type === 'run.counts' && event.run === run) counts = event.counts;
    if (event.type === 'run.schema' && event.run === run) ({ stream, schema } = event);
  });
  client.onFrame((frame) => {
    const { header } = frame;
    if (header.stream !== stream) return;
    if (header.kind === 'events') takeEvents(frame);
    if (header.kind === 'map') globals.set(header.source, frame);
  });
  await client.request('run.watch', { run });
  await client.event((event) => event.type === 'run.schema' && event.run === run);

  return {
    get records() {
      return records;
    },
    get sent() {
      return sent;
    },
    faults,
    get counts() {
      return counts;
    },
    calls() {
      const source = schema?.sources.find(({ name }) => name === '.bss');
      const frame = source && globals.get(source.id);
      if (schema === undefined || frame === undefined) return undefined;
      const { calls } = createDecoder(schema).globals(frame) as { calls?: bigint | number };
      return calls === undefined ? undefined : Number(calls);
    },
  };
}

/** After a run that ended in order: every call of the probe was delivered, or is counted where it was lost. */
export function assertBalanced(ledger: Ledger, name: string): SourceCounts {
  const counts = ledger.counts?.sources.events;
  const calls = ledger.calls();
  assert.ok(counts !== undefined && calls !== undefined, `${name}: counts and globals came`);
  assert.deepEqual(ledger.faults, [], name);
  const told = `${name}: ${calls} calls, ${ledger.records} events of ${ledger.sent}, ${JSON.stringify(counts)}`;
  const { kernel, agent, hub, viewer } = counts.dropped;
  assert.equal(counts.produced, calls, `${told}: produced`);
  assert.equal(counts.delivered, ledger.records, `${told}: delivered`);
  assert.equal(kernel, calls - ledger.sent, `${told}: lost in the kernel`);
  assert.equal(agent + hub + viewer, ledger.sent - ledger.records, `${told}: lost on the way`);
  return counts;
}

/** After a part was killed: what came is counted, and nothing is missing in between that is not. What was under way is not known. */
export function assertHonest(ledger: Ledger, name: string): void {
  const counts = ledger.counts?.sources.events;
  assert.ok(counts !== undefined, `${name}: counts came`);
  assert.deepEqual(ledger.faults, [], name);
  const { agent, hub, viewer } = counts.dropped;
  const told = `${name}: ${ledger.records} events of ${ledger.sent}, ${JSON.stringify(counts)}`;
  assert.equal(counts.delivered, ledger.records, `${told}: delivered`);
  assert.ok(agent + hub + viewer >= ledger.sent - ledger.records, `${told}: lost on the way`);
}
