import { type ProbepadError, ProbepadErrorSchema } from '@probepad/protocol/errors';
import * as z from 'zod/mini';

const ReplySchema = z.object({ error: ProbepadErrorSchema });

/** The error in the body of a reply of the hub's HTTP side; undefined when it holds none. */
export function errorInReply(body: string): ProbepadError | undefined {
  try {
    return ReplySchema.safeParse(JSON.parse(body)).data?.error;
  } catch {
    return undefined;
  }
}
