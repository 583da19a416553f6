import * as z from 'zod/mini';
import { ProbepadErrorSchema } from '../errors.ts';
import { COST_MAX, REQUEST_TIMEOUT } from '../limits.ts';

/** Replies name their request; a request's id is chosen by its sender and unique while it waits. */
export const ReplySchema = z.object({
  type: z.literal('reply'),
  id: z.number(),
  /** Shape by the request's type, see the result tables of `browser.ts` and `agent.ts`. */
  result: z.optional(z.unknown()),
  error: z.optional(ProbepadErrorSchema),
});
export type Reply = z.infer<typeof ReplySchema>;

export const RequestEnvelopeSchema = z.object({
  type: z.literal('request'),
  id: z.number(),
  method: z.string(),
  params: z.unknown(),
});
export type RequestEnvelope = z.infer<typeof RequestEnvelopeSchema>;

/** How long a reply to a request is waited for, in milliseconds. */
export function replyTimeout(method: string): number {
  return method === 'cost.measure' ? COST_MAX + REQUEST_TIMEOUT : REQUEST_TIMEOUT;
}

/**
 * A table of requests: by method, what goes in and what comes back. Both ends take their types from it, so that a
 * method, its parameters and its result are written once.
 */
export type RequestTable = Record<string, { params: z.ZodMiniType; result: z.ZodMiniType }>;
export type ParamsOf<T extends RequestTable, M extends keyof T> = z.infer<T[M]['params']>;
export type ResultOf<T extends RequestTable, M extends keyof T> = z.infer<T[M]['result']>;

/** Nothing, where a request takes or gives nothing. */
export const Nothing = z.object({});
