import type { AgentEvent } from '@probepad/protocol/control/agent';
import type { RunStatus } from '@probepad/protocol/control/run';
import { AGENT_LOG_MAX, AGENT_QUEUE_MAX, MESSAGE_MAX, RESUME_BUFFER } from '@probepad/protocol/limits';
import type { Run, RunListener } from '../runs/run.ts';

/** Where a feed goes: a hub's socket, or in the same process the command line. */
export interface Peer {
  control(event: AgentEvent): void;
  /** A message of whole frames. Its memory is used again (see `Outbox.take`): who keeps it for longer copies it. */
  data(message: Uint8Array): void;
  /** Whether data may be sent now. When it may again, the peer's owner calls `pump`. */
  hasRoom(): boolean;
}

/**
 * Brings what runs tell to a peer: control at once, data as the peer takes it, and the end of a run after all its data and
 * last counts. It outlives connections: without a peer data waits in the runs' outboxes, within their bounds.
 */
export interface Feed extends RunListener {
  /** A connection is there. Runs from before it wait for `resume`. */
  attach(peer: Peer): void;
  detach(): void;
  /** Sends what the peer lacks of a run, and goes on from there. */
  resume(run: Run, received: ReadonlyMap<number, bigint>): void;
  /** Sends data while the peer has room. */
  pump(): void;
  /** The peer wants no more data of a run from before the reconnect, only its end. */
  release(run: Run): void;
  /** Gives a run up that the peer was never told the end of. */
  forget(run: Run): void;
  /** A run that is new or was never sent to another peer needs no `resume`. */
  add(run: Run): void;
}

interface Fed {
  run: Run;
  /** False between a reconnect and its `resume`: data would come out of order. */
  flowing: boolean;
  /** The run has ended and the peer has not been told. */
  endDue: boolean;
  /** Only its end is wanted. */
  released: boolean;
}

/** @param onReported called when the peer has been told of a run's end */
export function createFeed(onReported: (run: Run) => void): Feed {
  const fed = new Map<string, Fed>();
  let peer: Peer | undefined;
  let scheduled = false;
  /** Where the next round starts, so that no run is served before the others each time. */
  let turn = 0;

  function rebound(): void {
    const each = peer === undefined ? RESUME_BUFFER : AGENT_QUEUE_MAX / Math.max(1, fed.size);
    for (const { run, flowing } of fed.values()) run.outbox.setBound(flowing ? each : RESUME_BUFFER);
  }

  function sendCounts(run: Run): void {
    const counts = run.counts();
    if (counts !== undefined) peer?.control({ type: 'run.counts', run: run.id, counts });
  }

  function finish(entry: Fed): void {
    const { run } = entry;
    if (!entry.endDue || peer === undefined) return;
    if (!entry.released && (!entry.flowing || run.outbox.waits())) return;
    entry.endDue = false;
    if (!entry.released) sendCounts(run);
    peer.control({ type: 'run.status', status: run.status });
    fed.delete(run.id);
    rebound();
    onReported(run);
  }

  function pump(): void {
    let entries = [...fed.values()].filter((entry) => entry.flowing);
    while (peer !== undefined && entries.length > 0) {
      turn = (turn + 1) % entries.length;
      const entry = entries[turn] as Fed;
      if (!peer.hasRoom()) return;
      const message = entry.run.outbox.take(MESSAGE_MAX);
      if (message !== undefined) peer.data(message);
      if (entry.run.outbox.waits()) continue;
      finish(entry);
      entries = entries.filter((candidate) => candidate !== entry);
    }
  }

  /** The texts of the newest runs stay whole: somebody looks at them now. */
  function boundLogs(): void {
    const runs = [...fed.values()].map(({ run }) => run);
    let over = runs.reduce((sum, { outbox }) => sum + outbox.logBytes(), -AGENT_LOG_MAX);
    for (const { outbox } of runs) {
      if (over <= 0) return;
      over -= outbox.dropLog(over);
    }
  }

  /** Once for all frames of one read, so that they travel in one message. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      boundLogs();
      pump();
    });
  }

  function add(run: Run): void {
    if (fed.has(run.id)) return;
    fed.set(run.id, { run, flowing: true, endDue: false, released: false });
    rebound();
  }

  return {
    attach(next) {
      peer = next;
      rebound();
    },
    detach() {
      peer = undefined;
      for (const entry of fed.values()) entry.flowing = false;
      rebound();
    },
    resume(run, received) {
      if (fed.get(run.id)?.flowing !== true) run.outbox.rewind(received);
      add(run);
      const entry = fed.get(run.id) as Fed;
      entry.flowing = true;
      rebound();
      if (run.schema !== undefined) peer?.control({ type: 'run.schema', run: run.id, ...run.schema });
      if (run.status.state === 'ended') entry.endDue = true;
      else peer?.control({ type: 'run.status', status: run.status });
      pump();
    },
    release(run) {
      const entry = fed.get(run.id);
      // Told already, on a connection that may have broken before it arrived.
      if (entry === undefined && run.status.state === 'ended') {
        peer?.control({ type: 'run.status', status: run.status });
        onReported(run);
      }
      if (entry?.flowing !== false) return;
      entry.released = true;
      finish(entry);
    },
    forget(run) {
      fed.delete(run.id);
      rebound();
    },
    pump,
    add,
    status(run: Run, status: RunStatus) {
      add(run);
      const entry = fed.get(run.id) as Fed;
      if (status.state === 'ended') {
        entry.endDue = true;
        pump();
        finish(entry);
      } else if (entry.flowing) {
        peer?.control({ type: 'run.status', status });
      }
    },
    schema(run, schema) {
      add(run);
      if (fed.get(run.id)?.flowing) peer?.control({ type: 'run.schema', run: run.id, ...schema });
    },
    counts(run) {
      if (fed.get(run.id)?.flowing) sendCounts(run);
    },
    data: schedule,
  };
}
