import type { ProbepadError } from '@probepad/protocol/errors';
import { errorInReply } from './http-error.ts';

/** Milliseconds that the answer may take. Where packets vanish none comes, and the next try waits for it. */
const ANSWER_WAIT = 3_000;

/**
 * Why the hub lets no socket through, which browsers tell no page: by any address below /api, all of which need a session.
 * @returns the reason when trying again can't help; a hub that can't be asked has not refused
 */
export async function refusalOf(
  socketUrl: string,
  abort: AbortSignal,
  wait = ANSWER_WAIT,
): Promise<ProbepadError | undefined> {
  try {
    const address = new URL('/api/session', socketUrl.replace(/^ws/, 'http'));
    const reply = await fetch(address, { signal: AbortSignal.any([abort, AbortSignal.timeout(wait)]) });
    const error = errorInReply(await reply.text());
    return error?.code === 'unauthenticated' ? error : undefined;
  } catch {
    return undefined;
  }
}
