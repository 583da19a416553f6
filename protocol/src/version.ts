import * as z from 'zod/mini';
import { ProbepadErrorSchema } from './errors.ts';

/**
 * The wire version. It is raised when an older peer would misread a newer one's messages or frames;
 * adding an optional field does not raise it.
 */
export const PROTOCOL_VERSION = 1;

/** What a peer says first on any Probepad socket. */
export const HelloSchema = z.object({
  type: z.literal('hello'),
  protocol: z.number(),
  /** Name and version of the speaker, for logs only: `web/0.1.0`, `agent/0.1.0`, `cli/0.1.0`. */
  software: z.string().check(z.maxLength(64)),
});
export type Hello = z.infer<typeof HelloSchema>;

/** The typed refusal of a hello, after which the refusing side closes the socket. */
export const RefusalSchema = z.object({ type: z.literal('refused'), error: ProbepadErrorSchema });
export type Refusal = z.infer<typeof RefusalSchema>;

/** Undefined when the peer's version is understood, else which side has to be updated. */
export function versionMismatch(peer: number): 'peer_too_old' | 'peer_too_new' | undefined {
  if (peer === PROTOCOL_VERSION) return undefined;
  return peer < PROTOCOL_VERSION ? 'peer_too_old' : 'peer_too_new';
}
