import { type AgentMethod, AgentRequests } from '@probepad/protocol/control/agent';
import type { ParamsOf, ResultOf } from '@probepad/protocol/control/envelope';
import type { WebSocket } from 'ws';
import { type Calls, calls } from './calls.ts';
import { messageText } from './messages.ts';
import { blobMessages, type Transfers, transfers } from './transfers.ts';

/** A host that is connected now. */
export interface AgentConnection {
  readonly host: string;
  readonly calls: Calls;
  readonly transfers: Transfers;
  /** Streams from before that are over for the hub; frames that are still under way are no offence. */
  readonly ignored: Set<number>;
  /** @throws ProbepadFailure as the agent answered, or when the connection ends */
  request<M extends AgentMethod>(
    method: M,
    params: ParamsOf<typeof AgentRequests, M>,
  ): Promise<ResultOf<typeof AgentRequests, M>>;
  send(message: unknown): void;
  /** Sends a file as blob frames. */
  sendFile(transfer: number, file: Buffer): void;
  close(code: number, reason: string): void;
}

export function agentConnection(host: string, socket: WebSocket): AgentConnection {
  const send = (message: unknown) => {
    if (socket.readyState === socket.OPEN) socket.send(messageText(message));
  };
  const own = calls(send);
  return {
    host,
    calls: own,
    transfers: transfers(),
    ignored: new Set(),
    request(method, params) {
      return own.call(method, params, AgentRequests[method].result) as Promise<
        ResultOf<typeof AgentRequests, typeof method>
      >;
    },
    send,
    sendFile(transfer, file) {
      for (const message of blobMessages(transfer, file)) socket.send(message, { binary: true });
    },
    close(code, reason) {
      socket.close(code, reason);
      // A peer that does not answer the close must not hold the host's place.
      setTimeout(() => socket.terminate(), 1000).unref();
    },
  };
}
