import type { ProbepadError } from '@probepad/protocol/errors';
import { REQUEST_TIMEOUT } from '@probepad/protocol/limits';
import { errorInReply } from './http-error.ts';

/**
 * Why the hub lets no socket through, which browsers tell no page: by any address below /api, all of which need a session.
 * @returns the reason when trying again can't help; a hub that can't be asked has not refused
 */
export async function refusalOf(socketUrl: string): Promise<ProbepadError | undefined> {
  try {
    const address = new URL('/api/session', socketUrl.replace(/^ws/, 'http'));
    const reply = await fetch(address, { signal: AbortSignal.timeout(REQUEST_TIMEOUT) });
    const error = errorInReply(await reply.text());
    return error?.code === 'unauthenticated' ? error : undefined;
  } catch {
    return undefined;
  }
}
