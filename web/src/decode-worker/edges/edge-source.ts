import { FRAME_FLAGS, type Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { type Edge, type EdgeEnds, type EdgePlan, planEdges } from '@probepad/protocol/views/edges';
import { createTotals, type Totals } from '@probepad/protocol/views/totals';
import type { TimeRange } from '../../session/time-axis.ts';
import type { Topology, TopologyQuery } from '../../session/topology.ts';
import { createGrowth } from '../growth/growth.ts';
import { secondsOf } from '../page-clock.ts';
import { contextOf } from '../present.ts';
import { rawKeyOf } from '../raw-key.ts';
import type { Stream } from '../stream.ts';
import { topologyOf } from './topology.ts';

/** The edges of one source over all hosts, and what each was worth over time. */
export interface EdgeSource {
  join(stream: Stream, source: Source): void;
  /** What was seen of the stream is forgotten. */
  leave(stream: Stream): void;
  take(stream: Stream, frame: Frame): void;
  topology(query: TopologyQuery): Topology;
}

interface Member {
  /** Another each time that a stream joins: what it was before is told apart. */
  id: number;
  stream: Stream;
  plan: EdgePlan;
  totals: Totals;
  second: number;
  seen: number;
}

export interface KnownEdge extends Pick<Edge, keyof EdgeEnds | 'bare'> {
  host: string;
}

const EDGES_MAX = 50_000;
/** Records that are read a second of each host; what comes beyond is counted. */
const RECORDS_MAX = 50_000;

export function createEdgeSource(): EdgeSource {
  const members = new Map<number, Member>();
  const numbers = new Map<string, number>();
  const edges: (KnownEdge & { member: Member })[] = [];
  const growth = createGrowth();
  let joined = 0;
  let leftOut = 0;

  function numberOf(member: Member, { from, to, bare }: Edge): number | undefined {
    const key = [member.id, ...bare.from, bare.to].join('\n');
    const known = numbers.get(key);
    if (known !== undefined) {
      // The names of its ends may have come by now.
      Object.assign(edges[known] ?? {}, { from, to });
      return known;
    }
    if (edges.length >= EDGES_MAX) return undefined;
    numbers.set(key, edges.length);
    edges.push({ from, to, bare, host: member.stream.hostName, member });
    return edges.length - 1;
  }

  return {
    join(stream, source) {
      const plan = planEdges(stream.decoder.schema, source);
      if (!plan) return;
      const id = joined++;
      members.set(stream.stream, { id, stream, plan, totals: createTotals(), second: 0, seen: 0 });
    },
    leave: ({ stream }) => void members.delete(stream),
    take(stream, frame) {
      const member = members.get(stream.stream);
      if (member === undefined) return;
      const { plan, totals } = member;
      const time = secondsOf(frame.header.timeNs);
      const context = contextOf(stream, frame.header.timeNs);
      const isMap = frame.header.kind === 'map';
      if (!isMap && frame.header.kind !== 'events') return;
      if (Math.floor(time) !== member.second) {
        member.second = Math.floor(time);
        member.seen = 0;
      }
      if (!isMap && member.seen > RECORDS_MAX) {
        leftOut += frame.header.count;
        return;
      }
      member.seen += frame.header.count;
      const { keySize } = stream.decoder.sourceOf(frame);
      const found = isMap
        ? plan.ofMap(stream.decoder.map(frame), context)
        : stream.decoder.records(frame).flatMap((batch) => plan.ofRecords(batch, context));
      for (const [row, edge] of found.entries()) {
        const { weights } = edge;
        const number = numberOf(member, edge);
        if (number === undefined) {
          leftOut++;
          continue;
        }
        // Keys with a member that no end tells of are one edge, each with its own sum.
        const grown = isMap ? totals.grown(rawKeyOf(frame, keySize, row), weights) : weights;
        if (grown) growth.add(time, stream.clock, number, grown);
      }
      if (frame.header.flags & FRAME_FLAGS.last) totals.turn();
    },
    topology(query) {
      const kept = growth.kept();
      const plan = members.values().next().value?.plan;
      const weights = plan?.weights ?? [];
      const place = Math.max(
        0,
        weights.findIndex(({ column }) => column === query.weight),
      );
      const amounts = growth.sum(query.range, place);
      for (const number of amounts.keys()) {
        const member = edges[number]?.member;
        if (member && members.get(member.stream.stream) !== member) amounts.delete(number);
      }
      const near = Math.max(0, plan?.near.indexOf(query.near ?? 'process') ?? 0);
      return {
        ...topologyOf(edges, near, amounts, secondsIn(query.range, kept), members.size > 1),
        unit: weights[place]?.unit ?? 'count',
        weight: weights[place]?.column ?? '',
        weights: weights.map(({ column, label }) => ({ column, label })),
        near: plan?.near ?? [],
        leftOut,
        kept,
      };
    },
  };
}

/** What was asked for may begin before there was anything, or end after it. */
function secondsIn(range: TimeRange | undefined, kept: TimeRange | undefined): number {
  if (kept === undefined) return 1;
  const from = Math.max(range?.from ?? kept.from, kept.from);
  const to = range?.to ?? kept.to;
  return Math.max(1, to - from);
}
