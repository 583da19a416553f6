import type { Topology, TopologyEdge, TopologyNode } from '../../session/topology.ts';
import type { KnownEdge } from './edge-source.ts';

/** Nodes of their own; more could not be told apart on a screen. */
export const NODES_MAX = 200;

/**
 * The graph of edges with what they are worth. Of more ends than can be drawn those that matter most are kept; the others become one
 * node on each side, so that the sums stay whole.
 * @param apart ends of several hosts are told apart, and so are their others
 */
export function topologyOf(
  worth: readonly (readonly [edge: KnownEdge, amount: number])[],
  seconds: number,
  apart: boolean,
  nodesMax = NODES_MAX,
): Pick<Topology, 'nodes' | 'edges' | 'rest' | 'seconds'> {
  const ends = endsOf(worth, apart);
  const kept = [...ends].sort(([a, one], [b, other]) => other.amount - one.amount || (a < b ? -1 : 1));
  const nodes: TopologyNode[] = [];
  const places = new Map<string, number>();
  const add = (key: string, node: Pick<TopologyNode, 'label' | 'host' | 'isOther'>): number => {
    const place = nodes.push({ key, ...node, sent: 0, received: 0 }) - 1;
    places.set(key, place);
    return place;
  };
  for (const [key, { label, host }] of kept.slice(0, nodesMax)) add(key, { label, host, isOther: false });
  /** By place of a node of others, the ends in it; undefined: also such as are not known by name. */
  const within = new Map<number, Set<string> | undefined>();
  function placeOf(edge: KnownEdge, side: 'from' | 'to'): number {
    const end = edge.isRest ? undefined : keyOf(edge, edge.bare[side], apart);
    const known = end === undefined ? undefined : places.get(end);
    if (known !== undefined) return known;
    const host = apart ? edge.hostName : '';
    const key = `${apart ? edge.host : ''}\n\n${side}`;
    const place = places.get(key) ?? add(key, { label: 'others', host, isOther: true });
    if (!within.has(place)) within.set(place, new Set());
    if (end === undefined) within.set(place, undefined);
    else within.get(place)?.add(end);
    return place;
  }
  const merged = new Map<string, TopologyEdge>();
  let rest = 0;
  for (const [edge, amount] of worth) {
    const from = placeOf(edge, 'from');
    const to = placeOf(edge, 'to');
    const key = `${from} ${to}`;
    const drawn = merged.get(key) ?? { from, to, amount: 0, perSecond: 0 };
    drawn.amount += amount;
    drawn.perSecond = drawn.amount / seconds;
    merged.set(key, drawn);
    (nodes[from] as TopologyNode).sent += amount;
    (nodes[to] as TopologyNode).received += amount;
    if (edge.isRest) rest += amount;
  }
  for (const [place, each] of within) {
    if (each) (nodes[place] as TopologyNode).label = `${each.size} others`;
  }
  return {
    nodes,
    edges: [...merged.values()].sort((a, b) => b.amount - a.amount),
    rest,
    seconds,
  };
}

/** By key, every end that is known by name, with what goes over its edges. */
function endsOf(
  worth: readonly (readonly [edge: KnownEdge, amount: number])[],
  apart: boolean,
): Map<string, { label: string; host: string; amount: number }> {
  const ends = new Map<string, { label: string; host: string; amount: number }>();
  for (const [edge, amount] of worth) {
    if (edge.isRest) continue;
    for (const side of ['from', 'to'] as const) {
      const bare = edge.bare[side];
      const key = keyOf(edge, bare, apart);
      const known = ends.get(key);
      if (known === undefined) {
        ends.set(key, { label: edge[side], host: apart ? edge.hostName : '', amount });
        continue;
      }
      known.amount += amount;
      // One edge may know the name of an end that another saw before there was one.
      if (edge[side] !== bare) known.label = edge[side];
    }
  }
  return ends;
}

function keyOf({ host }: KnownEdge, bare: string, apart: boolean): string {
  return `${apart ? host : ''}\n${bare}`;
}
