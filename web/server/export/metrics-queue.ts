import type { OtlpTarget } from '../settings.ts';
import { type Delivery, sendOtlp, sendUntilTaken } from './otlp-sender.ts';

/** Requests of metrics on their way to a collector, one after another. */
export interface MetricsQueue {
  /** Numbers that go on: what can't be sent now is in the next ones, so nothing is tried again. */
  send(body: string): void;
  /** The last numbers of a run: tried as long as log records are. At most LAST_BYTES wait; what comes beyond is dropped. */
  sendLast(body: string): void;
  /** In requests. */
  readonly counts: { readonly sent: number; readonly dropped: number };
  /** Sends nothing more. */
  close(): void;
}

const LAST_BYTES = 8 * 1024 * 1024;

export function metricsQueue(target: OtlpTarget, tell: (delivery: Delivery) => void): MetricsQueue {
  const end = new AbortController();
  let turn = Promise.resolve();
  let waiting = 0;
  let lastBytes = 0;
  let sent = 0;
  let dropped = 0;

  /** After those before it: a collector takes no numbers that are older than what it has. */
  function inTurn(act: () => Promise<Delivery | undefined>): void {
    waiting++;
    turn = turn.then(async () => {
      const delivery = end.signal.aborted ? undefined : await act();
      waiting--;
      if (delivery?.kind === 'taken') sent++;
      else if (delivery !== undefined) dropped++;
    });
  }

  return {
    send(body) {
      if (waiting > 0) {
        dropped++;
        return;
      }
      inTurn(async () => {
        const delivery = await sendOtlp(target, 'metrics', body, end.signal);
        if (end.signal.aborted) return undefined;
        tell(delivery);
        return delivery;
      });
    },
    sendLast(body) {
      if (lastBytes > 0 && lastBytes + body.length > LAST_BYTES) {
        dropped++;
        return;
      }
      lastBytes += body.length;
      inTurn(() =>
        sendUntilTaken(target, 'metrics', body, end.signal, tell).finally(() => {
          lastBytes -= body.length;
        }),
      );
    },
    get counts() {
      return { sent, dropped };
    },
    close: () => end.abort(),
  };
}
