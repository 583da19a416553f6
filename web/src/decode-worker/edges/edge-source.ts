import { FRAME_FLAGS, type Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { type Edge, type EdgePlan, type NearEnd, planEdges } from '@probepad/protocol/views/edges';
import { createTotals, type Totals } from '@probepad/protocol/views/totals';
import type { TimeRange } from '../../session/time-axis.ts';
import type { Topology, TopologyQuery } from '../../session/topology.ts';
import { createPlaces, type Places } from '../growth/places.ts';
import { createSecondShare, type SecondShare } from '../growth/second-share.ts';
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
  /** As `plan.near`: for each the edges from such ends. */
  edges: Places<KnownEdge>[];
  totals: Totals;
  share: SecondShare;
}

/** An edge from one kind of end. */
export interface KnownEdge {
  from: string;
  to: string;
  /** Without names that a host has told, which come later and change. */
  bare: { from: string; to: string };
  host: string;
  hostName: string;
  /** No edge, but all that have none of their own. */
  isRest: boolean;
  member: number;
}

/** Edges that are told apart, of each kind of left end. */
const EDGES_MAX = 50_000;
/** Records that are read a second of each host; what comes beyond is counted. */
const RECORDS_MAX = 50_000;

export function createEdgeSource(edgesMax = EDGES_MAX): EdgeSource {
  const members = new Map<number, Member>();
  /** Ports are another with each connection: they take no places from edges between commands and addresses. */
  const kinds = new Map<NearEnd, Places<KnownEdge>>();
  let joined = 0;
  let leftOut = 0;

  function edgesFrom(near: NearEnd): Places<KnownEdge> {
    const edges = kinds.get(near) ?? createPlaces(edgesMax, restOf);
    kinds.set(near, edges);
    return edges;
  }

  function takeMap(member: Member, frame: Frame): void {
    const { stream, plan, totals } = member;
    const { keySize } = stream.decoder.sourceOf(frame);
    const found = plan.ofMap(stream.decoder.map(frame), contextOf(stream, frame.header.timeNs));
    for (const [row, edge] of found.entries()) {
      // Keys with a member that no end tells of are one edge, each with its own sum.
      const grown = totals.grown(rawKeyOf(frame, keySize, row), edge.weights);
      if (grown) add(member, frame, edge, grown);
      else if (edge.from !== edge.bare.from) rename(member, edge);
    }
    if (frame.header.flags & FRAME_FLAGS.last) totals.turn();
  }

  function takeRecords(member: Member, frame: Frame): void {
    const { stream, plan } = member;
    if (!member.share.takes(frame.header)) {
      leftOut += frame.header.count;
      return;
    }
    const context = contextOf(stream, frame.header.timeNs);
    for (const batch of stream.decoder.records(frame)) {
      for (const edge of plan.ofRecords(batch, context)) add(member, frame, edge, edge.weights);
    }
  }

  return {
    join(stream, source) {
      const plan = planEdges(stream.decoder.schema, source);
      if (!plan) return;
      const edges = plan.near.map(edgesFrom);
      members.set(stream.stream, {
        ...{ id: joined++, stream, plan, edges },
        ...{ totals: createTotals(), share: createSecondShare(RECORDS_MAX) },
      });
    },
    leave({ stream }) {
      const member = members.get(stream);
      if (member === undefined) return;
      members.delete(stream);
      for (const edges of kinds.values()) edges.remove(({ member: of }) => of === member.id);
    },
    take(stream, frame) {
      const member = members.get(stream.stream);
      if (member === undefined) return;
      if (frame.header.kind === 'map') takeMap(member, frame);
      else if (frame.header.kind === 'events') takeRecords(member, frame);
    },
    topology({ range, weight, near, hosts }) {
      const plan = members.values().next().value?.plan;
      const weights = plan?.weights ?? [];
      const place = Math.max(
        0,
        weights.findIndex(({ column }) => column === weight),
      );
      const known = plan?.near ?? [];
      const shown = known.find((each) => each === near) ?? known[0] ?? 'address';
      const edges = edgesFrom(shown);
      const kept = edges.kept();
      const worth = [...edges.sum(range, place)].flatMap(([at, amount]): [KnownEdge, number][] => {
        const edge = edges.at(at);
        return edge ? [[edge, amount]] : [];
      });
      return {
        ...topologyOf(worth, secondsIn(range, kept), members.size > 1 && hosts !== 'merged'),
        unit: weights[place]?.unit ?? 'count',
        weight: weights[place]?.column ?? '',
        weights: weights.map(({ column, label }) => ({ column, label })),
        near: known,
        shown,
        leftOut,
        kept,
      };
    },
  };
}

function add({ id, stream, edges }: Member, { header }: Frame, edge: Edge, weights: readonly number[]): void {
  const time = secondsOf(header.timeNs);
  for (let near = 0; near < edges.length; near++) {
    const each = edges[near] as Places<KnownEdge>;
    const key = keyOf(id, edge, near);
    let place = each.placeOf(key);
    if (place === undefined) {
      const { host, hostName } = stream;
      const bare = { from: edge.bare.from[near] ?? '', to: edge.bare.to };
      place = each.put(time, stream.clock, key, {
        ...{ from: '', to: '', bare, host, hostName },
        isRest: false,
        member: id,
      });
    }
    nameEnds(each.at(place), edge, near);
    each.add(time, stream.clock, place, weights);
  }
}

/** The names of ends may come when their edge does not grow any more. */
function rename({ id, edges }: Member, edge: Edge): void {
  for (const [near, each] of edges.entries()) {
    const place = each.placeOf(keyOf(id, edge, near));
    if (place !== undefined) nameEnds(each.at(place), edge, near);
  }
}

function nameEnds(known: KnownEdge | undefined, { from, to }: Edge, near: number): void {
  if (known === undefined || known.isRest) return;
  known.from = from[near] ?? '';
  known.to = to;
}

function keyOf(member: number, { bare }: Edge, near: number): string {
  return `${member}\n${bare.from[near]}\n${bare.to}`;
}

function restOf({ host, hostName, member }: KnownEdge): { key: string; thing: KnownEdge } {
  const none = { from: '', to: '' };
  return { key: `${member}`, thing: { ...none, bare: none, host, hostName, isRest: true, member } };
}

/** What was asked for may begin before there was anything, or end after it. */
function secondsIn(range: TimeRange | undefined, kept: TimeRange | undefined): number {
  if (kept === undefined) return 1;
  const from = Math.max(range?.from ?? kept.from, kept.from);
  const to = range?.to ?? kept.to;
  return Math.max(1, to - from);
}
