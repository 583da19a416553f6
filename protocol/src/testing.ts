/** Schemas and frames of a test's own making; for tests only. */
import { encodeFrame, type FrameHeader } from './frames.ts';
import type { ProbeSchema, Source } from './schema.ts';

/** A source that is a ring buffer named `events`, but for what is given. */
export function sampleSource(fields: Partial<Source> = {}): Source {
  return {
    id: 0,
    name: 'events',
    kind: 'events',
    mapType: 'ringbuf',
    keySize: 0,
    valueSize: 0,
    maxEntries: 10_240,
    perCpu: false,
    records: [],
    recordsFrom: 'declared',
    writable: false,
    ...fields,
  };
}

/** A schema that holds nothing but what is given. */
export function sampleSchema(fields: Partial<ProbeSchema> = {}): ProbeSchema {
  return {
    version: 1,
    license: 'GPL',
    programs: [],
    sources: [],
    params: [],
    types: [],
    lostSites: [],
    ...fields,
  };
}

/** A record as a ring buffer holds it. `flags`: the busy and discard bits. */
export function sampleRecord(data: Uint8Array, flags = 0, aux = 0): Uint8Array {
  const bytes = new Uint8Array((8 + data.length + 7) & ~7);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (data.length | flags) >>> 0, true);
  view.setUint32(4, aux, true);
  bytes.set(data, 8);
  return bytes;
}

/** A message of one frame, whole in itself (a snapshot's first and last), but for what is given. */
export function sampleMessage(
  fields: Partial<FrameHeader> & Pick<FrameHeader, 'kind'>,
  payload: Uint8Array = new Uint8Array(),
): ArrayBuffer {
  const header = {
    flags: 3,
    source: 0,
    stream: 1,
    count: 1,
    aux: 0,
    seq: 0n,
    lost: 0n,
    timeNs: 0n,
    ...fields,
  };
  return Uint8Array.from(encodeFrame(header, payload)).buffer;
}
