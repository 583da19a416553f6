import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { noteFrame, placesOf, UNREAD } from '@probepad/protocol/views/flame-frames';
import { createFrameNumbers, type FrameNumbers } from '@probepad/protocol/views/flame-tree';
import { createStackTable, type StackTable } from '@probepad/protocol/views/stack-table';
import {
  planStacks,
  type StackPlan,
  type StackSample,
  splitText,
  stackKey,
} from '@probepad/protocol/views/stacks';
import { createTotals, type Totals } from '@probepad/protocol/views/totals';
import type { TimeRange } from '../../session/time-axis.ts';
import { createPlaces } from '../growth/places.ts';
import { createSecondShare, type SecondShare } from '../growth/second-share.ts';
import { secondsOf } from '../page-clock.ts';
import { rawKeyOf } from '../raw-key.ts';
import type { Stream } from '../stream.ts';
import { createFrameSlots, type FrameSlots } from './frame-slots.ts';

/** Stacks of one source over all hosts, and how much was seen in each over time. */
export interface StackSource {
  /** Undefined while no host's schema has such a source with stacks. */
  readonly plan: StackPlan | undefined;
  join(stream: Stream, source: Source): void;
  /** What was seen of the stream is forgotten. */
  leave(stream: Stream): void;
  /** A frame of the source, or of a map that holds its stacks. */
  take(stream: Stream, source: Source, frame: Frame): void;
  /** Stacks with what was seen in them, by the numbers of the plan. */
  stacksIn(range: TimeRange | undefined, weight: number, host: string | undefined): SeenStack[];
  /** Functions by number: they keep theirs, so that graphs of the next second need not compare names. */
  readonly frames: FrameNumbers;
  /** A host has told names, or that it can't now. */
  renamed(stream: number): void;
  kept(): TimeRange | undefined;
  /** Samples that were not read: more came than a page reads. */
  readonly leftOut: number;
  readonly hosts: number;
}

export interface SeenStack {
  /** Outermost first, by their numbers in `StackSource.frames`. */
  frames: Int32Array;
  /** What it is split by, by the column's place in the plan, as the host calls it; asks the host for a name. */
  splitText(at: number): string;
  hostName: string;
  weight: number;
}

interface Member {
  /** Another each time that a stream joins: what it was before is told apart. */
  id: number;
  stream: Stream;
  plan: StackPlan;
  tables: Map<string, StackTable>;
  totals: Totals;
  slots: FrameSlots;
  /** The host has told names since they were looked up. */
  told: boolean;
  /** Counts new stacks. */
  read: number;
  share: SecondShare;
}

interface Known {
  member: Member;
  /** Undefined of all that have no place of their own. */
  sample: StackSample | undefined;
  slots: Int32Array | undefined;
  /** The host's `read` when a stack of it had not been read; undefined when all have. */
  unread: number | undefined;
}

/** Different samples that are told apart: a stack, whose it is, and what it is split by. */
const SAMPLES_MAX = 100_000;
/** In place of the stacks of what is not told apart any more, since newer samples needed the places. */
const NO_PLACE = '[stacks no longer told apart]';
/** Records with stacks that are read a second of each host; what comes beyond is counted. */
const RECORDS_MAX = 20_000;

export function createStackSource(name: string, samplesMax = SAMPLES_MAX): StackSource {
  const members = new Map<number, Member>();
  const samples = createPlaces(samplesMax, restOf);
  const frames = createFrameNumbers();
  let joined = 0;
  let leftOut = 0;

  function add(member: Member, { header }: Frame, sample: StackSample, weights: readonly number[]): void {
    const time = secondsOf(header.timeNs);
    const { clock } = member.stream;
    const key = `${member.id}\n${stackKey(sample)}`;
    const place =
      samples.placeOf(key) ??
      samples.put(time, clock, key, { member, sample, slots: undefined, unread: undefined });
    samples.add(time, clock, place, weights);
  }

  function takeMap(member: Member, frame: Frame): void {
    const batch = member.stream.decoder.map(frame);
    const { keySize } = member.stream.decoder.sourceOf(frame);
    for (const [row, sample] of member.plan.ofMap(batch).entries()) {
      // Keys with a member that no sample tells of are one stack, each with its own sum.
      const grown = member.totals.grown(rawKeyOf(frame, keySize, row), sample.weights);
      if (grown) add(member, frame, sample, grown);
    }
    if (batch.last) member.totals.turn();
  }

  function takeRecords(member: Member, frame: Frame): void {
    if (!member.share.takes(frame.header)) {
      leftOut += frame.header.count;
      return;
    }
    for (const batch of member.stream.decoder.records(frame)) {
      for (const sample of member.plan.ofRecords(batch)) add(member, frame, sample, sample.weights);
    }
  }

  function framesFor(known: Known): Int32Array {
    const { member, sample } = known;
    if (sample === undefined) return Int32Array.of(frames.numberOf(noteFrame(NO_PLACE)));
    if (known.slots === undefined || (known.unread ?? member.read) !== member.read) {
      const places = placesOf(sample, (map, id) => member.tables.get(map)?.get(id));
      const isRead = places.every((place) => !('note' in place) || place.note !== UNREAD);
      known.slots = member.slots.slotsOf(places, sample.pid);
      known.unread = isRead ? undefined : member.read;
    }
    return member.slots.numbersAt(known.slots);
  }

  return {
    get plan() {
      return members.values().next().value?.plan;
    },
    join(stream, source) {
      const { schema } = stream.decoder;
      const plan = planStacks(schema, source);
      if (plan === undefined) return;
      const tables = plan.stackMaps.flatMap((map): [string, StackTable][] => {
        const found = schema.sources.find((each) => each.name === map);
        return found ? [[map, createStackTable(found)]] : [];
      });
      members.set(stream.stream, {
        ...{ id: joined++, stream, plan, tables: new Map(tables), totals: createTotals() },
        slots: createFrameSlots(frames, () => stream.names),
        ...{ share: createSecondShare(RECORDS_MAX), told: false, read: 0 },
      });
    },
    leave({ stream }) {
      const member = members.get(stream);
      if (member === undefined) return;
      members.delete(stream);
      samples.remove((known) => known.member === member);
    },
    take(stream, source, frame) {
      const member = members.get(stream.stream);
      if (member === undefined) return;
      if (source.name === name) {
        if (frame.header.kind === 'map') takeMap(member, frame);
        else if (frame.header.kind === 'events') takeRecords(member, frame);
        return;
      }
      if (frame.header.kind === 'stacks' && member.tables.get(source.name)?.take(frame)) member.read++;
    },
    frames,
    renamed(stream) {
      const member = members.get(stream);
      if (member) member.told = true;
    },
    stacksIn(range, weight, host) {
      for (const member of members.values()) {
        if (member.told) member.slots.lookAgain();
        member.told = false;
      }
      const stacks: SeenStack[] = [];
      // What is wide is asked a name for first.
      for (const [place, amount] of [...samples.sum(range, weight)].sort((a, b) => b[1] - a[1])) {
        const known = samples.at(place);
        if (known === undefined) continue;
        const { hostName, host: own, arch, names } = known.member.stream;
        if (host !== undefined && own !== host) continue;
        stacks.push({
          frames: framesFor(known),
          splitText: (at) => (known.sample ? splitText(known.sample, at, { arch, names }) : NO_PLACE),
          hostName,
          weight: amount,
        });
      }
      return stacks;
    },
    kept: samples.kept,
    get hosts() {
      return members.size;
    },
    get leftOut() {
      return leftOut;
    },
  };
}

function restOf({ member }: Known): { key: string; thing: Known } {
  return { key: `${member.id}`, thing: { member, sample: undefined, slots: undefined, unread: undefined } };
}
