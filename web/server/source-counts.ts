import type { SourceCounts } from '@probepad/protocol/control/run';
import { FRAME_FLAGS, type FrameHeader, GAP_PLACES } from '@probepad/protocol/frames';

/**
 * What one frame says about where records of its source went. Units: records for events, trace, text and stacks, whole snapshots
 * for maps (the frame flagged `last` carries the snapshot's 1, so an unfinished one counts for nothing).
 */
export interface Tally {
  source: number;
  /** Carried by the frame: delivered or dropped(viewer), by what becomes of the frame. */
  records: number;
  /** Newly known as dropped, whatever becomes of the frame. */
  agent: number;
  hub: number;
  kernel: number;
}

/** Follows one source of one stream between the agent and here, and finds what is missing. */
export interface SourceTracker {
  /** The first record, or snapshot, that has not come yet: what `run.resume` tells the agent. */
  readonly next: number;
  /** The frame's tally; undefined when all of it was here before (sent again after a reconnect). */
  accept(header: FrameHeader): Tally | undefined;
  /** The kernel's losses by the agent's counters, for those after the last frame; undefined when nothing is new. */
  kernelLost(total: number): Tally | undefined;
  /**
   * Closes the books at the run's end: the agent sent `delivered` records and dropped `dropped` itself; what has not come
   * of these will not come any more. Undefined when nothing is missing.
   */
  close(delivered: number, dropped: number): Tally | undefined;
}

/**
 * @param source id in the schema
 * @param mid true for a stream that this hub took over in the middle (it was restarted): what came before the first frame went to
 *   viewers of the former hub and is not counted here
 */
export function sourceTracker(source: number, mid: boolean): SourceTracker {
  let next = 0;
  let begun = !mid;
  let isMap = false;
  let kernel = 0;
  let declared = 0;

  function newlyLost(total: number): number {
    const lost = begun ? Math.max(0, total - kernel) : 0;
    kernel = Math.max(kernel, total);
    return lost;
  }

  return {
    get next() {
      return next;
    },
    accept(header) {
      const seq = Number(header.seq);
      if (header.kind === 'map') {
        // Numbering may begin at 0 or 1; neither is a loss.
        if (!isMap && next === 0 && seq === 1) next = 1;
        isMap = true;
      }
      const length = header.kind === 'map' ? 1 : header.count;
      if (begun && length > 0 && seq + length <= next) return undefined;
      const kernelPart = newlyLost(Number(header.lost));
      const missing = begun ? Math.max(0, seq - next) : 0;
      begun = true;
      if (header.kind === 'gap') {
        const count = seq + header.count - Math.max(next, seq);
        next = seq + header.count;
        const atAgent = header.aux !== GAP_PLACES.hub;
        if (atAgent) declared += count;
        return {
          source,
          records: 0,
          agent: atAgent ? count : 0,
          hub: missing + (atAgent ? 0 : count),
          kernel: kernelPart,
        };
      }
      if (header.kind === 'map') {
        const last = (header.flags & FRAME_FLAGS.last) !== 0;
        next = last ? seq + 1 : seq;
        return { source, records: last ? 1 : 0, agent: 0, hub: missing, kernel: kernelPart };
      }
      next = seq + header.count;
      return { source, records: header.count, agent: 0, hub: missing, kernel: kernelPart };
    },
    kernelLost(total) {
      const lost = newlyLost(total);
      return lost === 0 ? undefined : { source, records: 0, agent: 0, hub: 0, kernel: lost };
    },
    close(delivered, dropped) {
      const missing = delivered + dropped - next;
      if (isMap || !begun || missing <= 0) return undefined;
      next += missing;
      const agent = Math.min(missing, Math.max(0, dropped - declared));
      return { source, records: 0, agent, hub: missing - agent, kernel: 0 };
    },
  };
}

/** Counters with which a viewer begins. */
export function noCounts(): SourceCounts {
  return { produced: 0, delivered: 0, dropped: { kernel: 0, agent: 0, hub: 0, viewer: 0 } };
}

/**
 * Adds what became of one frame for one viewer. `produced` is only ever raised together with one of the places, so that
 * produced = delivered + all drops holds at every moment.
 */
export function addTally(counts: SourceCounts, tally: Tally, outcome: 'delivered' | 'dropped'): void {
  counts.produced += tally.records + tally.agent + tally.hub + tally.kernel;
  if (outcome === 'delivered') counts.delivered += tally.records;
  else counts.dropped.viewer += tally.records;
  counts.dropped.agent += tally.agent;
  counts.dropped.hub += tally.hub;
  counts.dropped.kernel += tally.kernel;
}
