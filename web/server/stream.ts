import type { RunCounts, RunStatus, SourceCounts } from '@probepad/protocol/control/run';
import { FRAME_FLAGS, type FrameHeader } from '@probepad/protocol/frames';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { type LateJoinRing, lateJoinRing, tallyPiece } from './late-join.ts';
import type { Piece } from './piece.ts';
import { addTally, noCounts, type SourceTracker, sourceTracker, type Tally } from './source-counts.ts';

/** Who gets a stream's frames: one browser or command line. */
export interface StreamViewer {
  offer(pieces: readonly Piece[], whole?: Buffer): void;
  /** The stream's schema has come. */
  schema(stream: RunStream): void;
  /** The agent told new counters. */
  touch(stream: RunStream): void;
}

/** One run on one host: what is known of it, and who watches. */
export interface RunStream {
  readonly id: number;
  readonly run: string;
  readonly host: string;
  status: RunStatus;
  /** Somebody pressed Stop. The host is told when it can be, and until then the run is not started or gone on with. */
  stopWanted: boolean;
  /** Another host compiles the program just now: this stream's own host has not heard of the run. */
  compiledElsewhere: boolean;
  /** Asks the host to start the run once more: its connection ended before it answered. */
  askAgain: (() => void) | undefined;
  schema: ProbeSchema | undefined;
  /** The agent's own counters, as it told them last. */
  agentCounts: RunCounts | undefined;
  readonly viewers: Set<StreamViewer>;
  readonly ring: LateJoinRing;
  /** Where `run.resume` continues, by source. */
  received(): { source: number; seq: string }[];
  /** The frame as a piece to send on; undefined when all of it was here before. */
  accept(header: FrameHeader, data: Buffer): Piece | undefined;
  /** Takes the agent's counters. Kernel losses that no frame told of go to the viewers now. */
  countsFromAgent(counts: RunCounts): void;
  /** Records that the agent sent and that are not here yet, by its last counters. */
  outstanding(): number;
  /** Counts what is outstanding as lost. */
  closeBooks(): void;
  /** What came here and was lost before, by the name of its source. */
  totals(): Record<string, SourceCounts>;
}

/** @param mid see `sourceTracker` */
export function runStream(status: RunStatus, mid: boolean): RunStream {
  const trackers = new Map<number, SourceTracker>();
  const totals = new Map<number, SourceCounts>();
  const ring = lateJoinRing();
  const viewers = new Set<StreamViewer>();

  function trackerOf(source: number): SourceTracker {
    let tracker = trackers.get(source);
    if (tracker === undefined) {
      tracker = sourceTracker(source, mid);
      trackers.set(source, tracker);
    }
    return tracker;
  }

  /** The agent's counters by source id; names that the schema doesn't hold are left out. */
  function* agentSources() {
    if (stream.agentCounts === undefined || stream.schema === undefined) return;
    for (const { id, name, kind, mapType } of stream.schema.sources) {
      if (!Object.hasOwn(stream.agentCounts.sources, name)) continue;
      const counts = stream.agentCounts.sources[name];
      const flows = (kind !== 'map' && kind !== 'globals') || mapType === 'stack_trace';
      if (counts !== undefined) yield { tracker: trackerOf(id), counts, flows };
    }
  }

  function total(tally: Tally): void {
    let counts = totals.get(tally.source);
    if (counts === undefined) {
      counts = noCounts();
      totals.set(tally.source, counts);
    }
    addTally(counts, tally, 'delivered');
  }

  function count(tally: Tally): void {
    total(tally);
    const piece = tallyPiece(stream.id, tally);
    ring.add(piece);
    for (const viewer of viewers) viewer.offer([piece]);
  }

  const stream: RunStream = {
    id: status.stream,
    run: status.run,
    host: status.host,
    status,
    // One from before the hub's start.
    stopWanted: status.state === 'stopping',
    compiledElsewhere: false,
    askAgain: undefined,
    schema: undefined,
    agentCounts: undefined,
    viewers,
    ring,
    received() {
      return [...trackers].map(([source, { next }]) => ({ source, seq: String(next) }));
    },
    accept(header, data) {
      if (header.kind === 'log') return { stream: stream.id, data, tallies: [], log: true };
      const tally = trackerOf(header.source).accept(header);
      if (tally === undefined) return undefined;
      total(tally);
      const piece: Piece = { stream: stream.id, data, tallies: [tally], log: false };
      if (header.kind === 'map') {
        piece.snapshot = {
          source: header.source,
          seq: header.seq,
          first: (header.flags & FRAME_FLAGS.first) !== 0,
          last: (header.flags & FRAME_FLAGS.last) !== 0,
        };
      }
      return piece;
    },
    countsFromAgent(counts) {
      stream.agentCounts = counts;
      for (const { tracker, counts } of agentSources()) {
        const tally = tracker.kernelLost(counts.dropped.kernel);
        if (tally !== undefined) count(tally);
      }
    },
    outstanding() {
      let records = 0;
      for (const { tracker, counts, flows } of agentSources()) {
        if (flows) records += Math.max(0, counts.delivered + counts.dropped.agent - tracker.next);
      }
      return records;
    },
    closeBooks() {
      for (const { tracker, counts, flows } of agentSources()) {
        const tally = flows ? tracker.close(counts.delivered, counts.dropped.agent) : undefined;
        if (tally !== undefined) count(tally);
      }
    },
    totals() {
      const names = new Map(stream.schema?.sources.map(({ id, name }) => [id, name]));
      return Object.fromEntries(
        [...totals].map(([id, counts]) => [names.get(id) ?? `source ${id}`, { ...counts }]),
      );
    },
  };
  return stream;
}
