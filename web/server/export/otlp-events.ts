import { type SourceTable, sourceTable } from '@probepad/protocol/export/source-table';
import { type Frame, FrameError, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import type { Piece } from '../piece.ts';
import { rateLimit } from '../rate-limit.ts';
import type { RunStream, StreamViewer } from '../stream.ts';
import type { LogQueue, Origin } from './log-queue.ts';
import { logRecord } from './otlp-json.ts';

/**
 * Records that the hub decodes for a collector, a second and at once: it is there to pass bytes on, and a flood must not keep it from
 * that. What is more is dropped undecoded, by whole frames, and counted.
 */
const RECORDS_PER_SECOND = 20_000;
const RECORDS_BURST = 20_000;

/** Watches a stream as a browser does, and makes log records of its events, trace lines and text. */
export function eventViewer(stream: RunStream, host: string, origin: Origin, queue: LogQueue): StreamViewer {
  const limit = rateLimit(RECORDS_PER_SECOND, RECORDS_BURST);
  let tables: Map<number, { name: string; table: SourceTable }> | undefined;

  function tablesOf(): NonNullable<typeof tables> {
    if (tables !== undefined || stream.schema === undefined) return tables ?? new Map();
    const { schema } = stream;
    const flows = schema.sources.filter(({ kind }) => kind !== 'map' && kind !== 'globals');
    tables = new Map(
      flows.map((source) => [source.id, { name: source.name, table: sourceTable(schema, source) }]),
    );
    return tables;
  }

  function take(pieces: readonly Piece[]): void {
    for (const { data, log } of pieces) {
      if (log) continue;
      for (const frame of framesOf(data, FRAME_PAYLOAD_MAX)) {
        const { header } = frame;
        const found = tablesOf().get(header.source);
        if (found === undefined || header.kind === 'gap') continue;
        if (!queue.hasRoom() || !takeAll(header.count)) {
          queue.dropped(header.count);
          continue;
        }
        send(found, frame);
      }
    }
  }

  function send({ name, table }: { name: string; table: SourceTable }, frame: Frame): void {
    const offset = stream.status.clockOffset;
    const from = { host, clockOffset: offset === undefined ? undefined : BigInt(offset) };
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    try {
      for (const row of table.rows(frame, from))
        queue.add(origin, logRecord(name, table.columns, row, nowNs));
    } catch (error) {
      // What its own schema does not explain is shown to nobody, and must not keep the frame from other viewers.
      if (!(error instanceof FrameError || error instanceof RangeError)) throw error;
      queue.dropped(frame.header.count);
    }
  }

  /** A frame that is larger than what is left is taken where anything is: else a large one would never be. */
  function takeAll(records: number): boolean {
    if (!limit.take()) return false;
    for (let more = 1; more < records; more++) if (!limit.take()) break;
    return true;
  }

  return { offer: take, schema: () => {}, touch: () => {} };
}
