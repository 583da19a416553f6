import { type Reply, ReplySchema, replyTimeout } from '@probepad/protocol/control/envelope';
import { ProbepadFailure, probepadError } from '@probepad/protocol/errors';
import * as z from 'zod/mini';

/** Requests of this side that wait for their reply, matched by id. */
export interface Calls {
  /**
   * Sends a request and waits for its result.
   * @throws ProbepadFailure with the peer's error, `host_offline` when the connection ends first, `internal` after the timeout
   */
  call<T extends z.ZodMiniType>(method: string, params: unknown, result: T): Promise<z.infer<T>>;
  /** Takes a reply. @returns false when it is malformed or answers nothing */
  reply(message: unknown): boolean;
  endAll(): void;
}

interface Open {
  settle(reply: Reply): void;
  fail(error: Error): void;
}

export function calls(send: (message: unknown) => void): Calls {
  const open = new Map<number, Open>();
  let nextId = 1;

  return {
    call(method, params, result) {
      const id = nextId++;
      const timeout = replyTimeout(method);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          open.delete(id);
          reject(
            new ProbepadFailure(
              probepadError('internal', `waiting for ${method}: no reply in ${timeout} ms`),
            ),
          );
        }, timeout);
        open.set(id, {
          settle(reply) {
            clearTimeout(timer);
            if (reply.error !== undefined) {
              reject(new ProbepadFailure(reply.error));
              return;
            }
            const parsed = z.safeParse(result, reply.result);
            if (parsed.success) resolve(parsed.data);
            else reject(new ProbepadFailure(probepadError('bad_message', `reading the reply to ${method}`)));
          },
          fail(error) {
            clearTimeout(timer);
            reject(error);
          },
        });
        try {
          send({ type: 'request', id, method, params });
        } catch (error) {
          open.delete(id);
          clearTimeout(timer);
          reject(error);
        }
      });
    },
    reply(message) {
      const parsed = z.safeParse(ReplySchema, message);
      if (!parsed.success) return false;
      const found = open.get(parsed.data.id);
      // A reply after the timeout is late, not wrong.
      open.delete(parsed.data.id);
      found?.settle(parsed.data);
      return true;
    },
    endAll() {
      for (const { fail } of open.values()) {
        fail(
          new ProbepadFailure(probepadError('host_offline', 'waiting for the host: its connection ended')),
        );
      }
      open.clear();
    },
  };
}
