import type { BrowserEvent } from '@probepad/protocol/control/browser';
import type { RunStatus, SourceCounts } from '@probepad/protocol/control/run';
import { VIEWER_QUEUE_MAX } from '@probepad/protocol/limits';
import type { LiveRun } from './live-runs.ts';
import type { Piece } from './piece.ts';
import { shortStatus } from './runs.ts';
import { addTally, noCounts } from './source-counts.ts';
import type { RunStream, StreamViewer } from './stream.ts';
import { type DataSocket, viewerQueue } from './viewer-queue.ts';

/** What one connection watches: its queue, and its own counters of each stream. */
export interface Viewer extends StreamViewer {
  /** Sends schemas, the last frames, and from then on what comes. Watching again begins again, counters too. */
  watch(live: LiveRun): void;
  unwatch(live: LiveRun): void;
  /**
   * A status for this viewer. Its `ended` waits for the data before it, so that whoever reads it has everything, and the last
   * counters come just before it. Of a run that is not watched only the short form is sent.
   */
  status(status: RunStatus): void;
  /** Sends the counters that have changed. */
  tick(): void;
  close(): void;
}

interface Watched {
  stream: RunStream;
  counts: Map<number, SourceCounts>;
  changed: boolean;
}

export function viewerOf(socket: DataSocket, send: (event: BrowserEvent) => void): Viewer {
  const watched = new Map<number, Watched>();
  const queue = viewerQueue(socket, {
    delivered: (piece) => count(piece, 'delivered'),
    dropped: (piece) => count(piece, 'dropped'),
  });

  function count(piece: Piece, outcome: 'delivered' | 'dropped'): void {
    const entry = watched.get(piece.stream);
    if (entry === undefined) return;
    for (const tally of piece.tallies) {
      let counts = entry.counts.get(tally.source);
      if (counts === undefined) {
        counts = noCounts();
        entry.counts.set(tally.source, counts);
      }
      addTally(counts, tally, outcome);
    }
    entry.changed = true;
  }

  function sendCounts(entry: Watched): void {
    const { stream, counts } = entry;
    entry.changed = false;
    const names = new Map(stream.schema?.sources.map(({ id, name }) => [id, name]));
    const sources = new Map<string, SourceCounts>([...names.values()].map((name) => [name, noCounts()]));
    for (const [id, one] of counts) sources.set(names.get(id) ?? `source ${id}`, one);
    const { cpus, programs } = stream.agentCounts ?? {};
    send({
      type: 'run.counts',
      run: stream.run,
      host: stream.host,
      counts: {
        stream: stream.id,
        sources: Object.fromEntries(sources),
        ...(cpus !== undefined && { cpus }),
        ...(programs !== undefined && { programs }),
      },
    });
  }

  function leave(stream: RunStream): void {
    stream.viewers.delete(viewer);
    watched.delete(stream.id);
    queue.forget(stream.id);
  }

  function schema(stream: RunStream): void {
    if (stream.schema === undefined) return;
    send({
      type: 'run.schema',
      run: stream.run,
      host: stream.host,
      stream: stream.id,
      schema: stream.schema,
    });
  }

  const viewer: Viewer = {
    offer: (pieces, whole) => queue.offer(pieces, whole),
    watch(live) {
      for (const stream of live.streams.values()) {
        leave(stream);
        const entry: Watched = { stream, counts: new Map(), changed: true };
        watched.set(stream.id, entry);
        schema(stream);
        queue.offer(stream.ring.replay());
        stream.viewers.add(viewer);
        if (stream.status.state === 'ended') queue.after(stream.id, () => sendCounts(entry));
      }
    },
    unwatch(live) {
      for (const stream of live.streams.values()) {
        leave(stream);
        // The end may have waited behind data that is forgotten now.
        if (stream.status.state === 'ended') viewer.status(stream.status);
      }
    },
    status(status) {
      const entry = watched.get(status.stream);
      if (entry === undefined) {
        send({ type: 'run.status', status: shortStatus(status) });
      } else if (status.state === 'ended') {
        queue.after(status.stream, () => {
          sendCounts(entry);
          send({ type: 'run.status', status });
        });
      } else {
        send({ type: 'run.status', status });
      }
    },
    schema,
    touch(stream) {
      const entry = watched.get(stream.id);
      if (entry !== undefined) entry.changed = true;
    },
    tick() {
      // Counters are whole each time: one that is not sent to a viewer that stalls is no loss.
      if (socket.bufferedAmount > VIEWER_QUEUE_MAX) return;
      for (const entry of watched.values()) if (entry.changed) sendCounts(entry);
    },
    close() {
      for (const { stream } of [...watched.values()]) leave(stream);
    },
  };
  return viewer;
}
