import type { Topology, TopologyEdge, TopologyNode } from '../../session/topology.ts';
import type { KnownEdge } from './edge-source.ts';

/** Nodes of their own; more could not be told apart on a screen. */
export const NODES_MAX = 200;

/**
 * The graph of edges with what they are worth. Of more ends than can be drawn those that matter most are kept; the others become one
 * node on each side, so that the sums stay whole.
 * @param near which of an edge's left ends is meant
 */
export function topologyOf(
  edges: readonly KnownEdge[],
  near: number,
  amounts: ReadonlyMap<number, number>,
  seconds: number,
  hasHosts: boolean,
  nodesMax = NODES_MAX,
): Pick<Topology, 'nodes' | 'edges' | 'others' | 'seconds'> {
  const worth = new Map<string, number>();
  const ends: { from: string; to: string; amount: number }[] = [];
  const labels = new Map<string, string>();
  /** The end's identity. One edge may know the name of an end that another saw before there was one. */
  function endOf(host: string, bare: string, label: string): string {
    const key = `${host}\n${bare}`;
    if (label !== bare || !labels.has(key)) labels.set(key, label);
    return key;
  }
  for (const [number, amount] of amounts) {
    const edge = edges[number];
    if (edge === undefined) continue;
    const host = hasHosts ? edge.host : '';
    const from = endOf(host, edge.bare.from[near] ?? '', edge.from[near] ?? '');
    const to = endOf(host, edge.bare.to, edge.to);
    ends.push({ from, to, amount });
    for (const end of [from, to]) worth.set(end, (worth.get(end) ?? 0) + amount);
  }
  const kept = [...worth].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, nodesMax);
  const places = new Map(kept.map(([key], at) => [key, at]));
  const nodes: TopologyNode[] = kept.map(([key]) => {
    const host = key.slice(0, key.indexOf('\n'));
    return { label: labels.get(key) ?? '', host, isOther: false, sent: 0, received: 0 };
  });
  const others = { from: -1, to: -1 };
  function placeOf(key: string, side: 'from' | 'to'): number {
    const known = places.get(key);
    if (known !== undefined) return known;
    if (others[side] < 0) {
      others[side] = nodes.length;
      nodes.push({ label: 'other', host: '', isOther: true, sent: 0, received: 0 });
    }
    return others[side];
  }
  const merged = new Map<string, TopologyEdge>();
  for (const { from, to, amount } of ends) {
    const left = placeOf(from, 'from');
    const right = placeOf(to, 'to');
    const key = `${left} ${right}`;
    const edge = merged.get(key) ?? { from: left, to: right, amount: 0, perSecond: 0 };
    edge.amount += amount;
    edge.perSecond = edge.amount / seconds;
    merged.set(key, edge);
    (nodes[left] as TopologyNode).sent += amount;
    (nodes[right] as TopologyNode).received += amount;
  }
  return {
    nodes,
    edges: [...merged.values()].sort((a, b) => b.amount - a.amount),
    others: Math.max(0, worth.size - kept.length),
    seconds,
  };
}
