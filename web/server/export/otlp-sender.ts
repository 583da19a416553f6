import type { OtlpTarget } from '../settings.ts';

/** What became of one request to a collector. */
export type Delivery =
  | { kind: 'taken'; rejected: number }
  /** It may work later; `wait`: milliseconds that the collector asks for. */
  | { kind: 'later'; why: string; wait: number | undefined }
  | { kind: 'refused'; why: string };

export type Signal = 'metrics' | 'logs';

/** How long a collector may take for its answer, in milliseconds. */
const ANSWER_WAIT = 10_000;
/** Answers after which a client is to try again. Source: OTLP specification 1.x, "Retryable Response Codes". */
const RETRYABLE = [429, 502, 503, 504];
const WAIT_MAX = 30_000;
/** Tries for one request: about a minute and a half by `backOff`. */
const TRIES_MAX = 8;

/** Sends one request by HTTP. Never throws. */
export async function sendOtlp(
  { endpoint, headers }: OtlpTarget,
  signal: Signal,
  body: string,
  end: AbortSignal,
): Promise<Delivery> {
  try {
    const response = await fetch(`${endpoint}/v1/${signal}`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.any([end, AbortSignal.timeout(ANSWER_WAIT)]),
    });
    const text = await response.text();
    if (response.ok) return { kind: 'taken', rejected: rejectedIn(text) };
    const why = `HTTP ${response.status}`;
    if (!RETRYABLE.includes(response.status)) return { kind: 'refused', why };
    return { kind: 'later', why, wait: retryAfter(response.headers.get('retry-after')) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'later', why: cause instanceof Error ? cause.message : String(cause), wait: undefined };
  }
}

/**
 * The same, tried again with growing pauses while the collector may take it later.
 * @param tell gets what became of each try
 * @returns undefined when the end came first
 */
export async function sendUntilTaken(
  target: OtlpTarget,
  signal: Signal,
  body: string,
  end: AbortSignal,
  tell: (delivery: Delivery) => void,
): Promise<Delivery | undefined> {
  for (let failed = 1; ; failed++) {
    const delivery = await sendOtlp(target, signal, body, end);
    if (end.aborted) return undefined;
    tell(delivery);
    if (delivery.kind !== 'later' || failed === TRIES_MAX) return delivery;
    await pause(delivery.wait ?? backOff(failed - 1), end);
    if (end.aborted) return undefined;
  }
}

/** Milliseconds before the try after `failed` failures in a row. */
function backOff(failed: number): number {
  return Math.min(WAIT_MAX, 500 * 2 ** failed);
}

/** Resolves after so many milliseconds, or when the end has come. */
export function pause(milliseconds: number, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (end.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      end.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    end.addEventListener('abort', done);
  });
}

/** Seconds only: a date would trust the collector's clock. */
function retryAfter(text: string | null): number | undefined {
  return text !== null && /^\d{1,4}$/.test(text) ? Math.min(WAIT_MAX, Number(text) * 1000) : undefined;
}

/** Records that a collector took the request without. */
function rejectedIn(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess?: { rejectedLogRecords?: string | number; rejectedDataPoints?: string | number };
    };
    const rejected = Number(partialSuccess?.rejectedLogRecords ?? partialSuccess?.rejectedDataPoints ?? 0);
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0;
  }
}
