import type { OtlpTarget } from '../settings.ts';
import { type Attributes, logsRequest } from './otlp-json.ts';
import { type Delivery, pause, sendUntilTaken } from './otlp-sender.ts';

/** Whose records they are. */
export interface Origin {
  resource: Attributes;
}

/** Log records on their way to a collector: at most QUEUE_RECORDS and QUEUE_BYTES wait; what comes beyond is dropped and counted. */
export interface LogQueue {
  /** Whether another record would be taken. */
  hasRoom(): boolean;
  /** @returns false when it was dropped */
  add(origin: Origin, record: string): boolean;
  /** Records that were dropped elsewhere, before they were made. */
  dropped(records: number): void;
  readonly counts: { readonly sent: number; readonly dropped: number };
  /** Sends nothing more. */
  close(): void;
}

const QUEUE_RECORDS = 8192;
const QUEUE_BYTES = 8 * 1024 * 1024;
const BATCH_RECORDS = 512;
const BATCH_BYTES = 1024 * 1024;
/** Milliseconds that the first record of a batch waits for others. */
const GATHER = 200;

export function logQueue(
  target: OtlpTarget,
  scope: { name: string; version: string },
  tell: (delivery: Delivery) => void,
): LogQueue {
  const end = new AbortController();
  let waiting: { origin: Origin; record: string }[] = [];
  let bytes = 0;
  let sent = 0;
  let dropped = 0;
  let busy = false;

  function hasRoom(): boolean {
    return waiting.length < QUEUE_RECORDS && bytes < QUEUE_BYTES;
  }

  function nextBatch(): typeof waiting {
    let size = 0;
    let count = 0;
    while (count < Math.min(BATCH_RECORDS, waiting.length) && size < BATCH_BYTES) {
      size += waiting[count]?.record.length ?? 0;
      count++;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    bytes -= size;
    return batch;
  }

  async function deliver(batch: typeof waiting): Promise<void> {
    const byOrigin = Map.groupBy(batch, ({ origin }) => origin);
    const body = logsRequest(
      [...byOrigin].map(([{ resource }, records]) => ({
        resource,
        scope,
        records: records.map(({ record }) => record),
      })),
    );
    const delivery = await sendUntilTaken(target, 'logs', body, end.signal, tell);
    if (delivery === undefined) return;
    const lost = delivery.kind === 'taken' ? delivery.rejected : batch.length;
    sent += batch.length - lost;
    dropped += lost;
  }

  async function work(): Promise<void> {
    busy = true;
    await pause(GATHER, end.signal);
    while (waiting.length > 0 && !end.signal.aborted) await deliver(nextBatch());
    busy = false;
  }

  return {
    hasRoom,
    add(origin, record) {
      if (!hasRoom() || end.signal.aborted) {
        dropped++;
        return false;
      }
      waiting.push({ origin, record });
      bytes += record.length;
      if (!busy) void work();
      return true;
    },
    dropped(records) {
      dropped += records;
    },
    get counts() {
      return { sent, dropped };
    },
    close: () => end.abort(),
  };
}
