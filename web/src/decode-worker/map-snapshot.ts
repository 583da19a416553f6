import type { MapBatch } from '@probepad/protocol/decode';
import type { Frame } from '@probepad/protocol/frames';
import { grownSince } from '@probepad/protocol/views/totals';
import type { MapEntry, MapMember, MapSnapshot } from './map-entry.ts';
import { secondsOf } from './page-clock.ts';
import { rawKeyOf } from './raw-key.ts';
import type { Moments } from './store/moments.ts';

/** Pieces of one snapshot. */
export type Pieces = { batch: MapBatch; frame: Frame }[];

/** A map on one host, with its snapshots of earlier moments. */
export interface RememberedMember extends MapMember {
  past: Moments;
}

/** A snapshot with the growth of its entries since the one before. */
export function snapshotOf(member: MapMember, pieces: Pieces, before: MapSnapshot | undefined): MapSnapshot {
  const timeNs = pieces.at(-1)?.frame.header.timeNs ?? 0n;
  const entries = entriesOf(member, pieces, before, timeNs);
  return {
    entries,
    byId: new Map(entries.map((entry) => [entry.id, entry])),
    timeNs,
    time: secondsOf(timeNs),
    partial: pieces.some(({ batch }) => batch.partial),
  };
}

/** Clocks of page and host are matched to less than this, in seconds. */
export const CLOCK_SLACK = 0.001;

/** The snapshot that was the newest at a moment; undefined where none of that time is kept. @param moment in seconds on the page's clock */
export function snapshotBy(member: RememberedMember, moment: number): MapSnapshot | undefined {
  const { snapshot, past, stream } = member;
  const time = moment - stream.clock.offset + CLOCK_SLACK;
  if (snapshot && snapshot.time <= time) return snapshot;
  const [wanted, before] = past.by(time, 2);
  if (wanted === undefined) return undefined;
  const piecesOf = (frames: readonly Frame[]): Pieces =>
    frames.map((frame) => ({ batch: stream.decoder.map(frame), frame }));
  return snapshotOf(
    member,
    piecesOf(wanted.frames),
    before && snapshotOf(member, piecesOf(before.frames), undefined),
  );
}

function entriesOf(
  member: MapMember,
  pieces: Pieces,
  before: MapSnapshot | undefined,
  timeNs: bigint,
): MapEntry[] {
  const { source, layout, stream } = member;
  const seconds = before ? secondsOf(timeNs) - before.time : 0;
  const entries: MapEntry[] = [];
  for (const { batch, frame } of pieces) {
    for (let row = 0; row < batch.rows; row++) {
      const id = `${stream.stream}:${rawKeyOf(frame, source.keySize, row)}`;
      const numbers = layout.numbers(batch, row);
      const known = before?.byId.get(id);
      const rates = numbers.map((number, at) => {
        // A key that was not there before has grown from nothing, unless it may only not have been read.
        if (!known && before?.partial) return Number.NaN;
        const earlier = known?.numbers[at] ?? 0;
        const grown = layout.gauges[at] ? number - earlier : grownSince(number, earlier);
        return seconds > 0 ? grown / seconds : Number.NaN;
      });
      entries.push({ id, member, batch, row, timeNs, numbers, rates });
    }
  }
  return entries;
}
