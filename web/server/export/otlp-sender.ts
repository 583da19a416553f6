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

/** Milliseconds before the try after `failed` failures in a row. */
export function backOff(failed: number): number {
  return Math.min(WAIT_MAX, 500 * 2 ** failed);
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
