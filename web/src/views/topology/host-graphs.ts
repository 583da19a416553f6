import type { Topology } from '../../session/topology.ts';

/** One of the graphs that a view consists of. */
export interface HostGraph {
  /** The host whose it is, where each has one; else empty. */
  name: string;
  topology: Topology;
  /** What the heaviest edge of all graphs is worth: as wide as it is none. */
  most: number;
  /** The place in the palette of what is of a host, by the host's name. */
  colourOf(host: string): number;
}

/** The place in the palette of what is not of one host among several. */
const ALONE = 1;

/** The graphs as they stand below one another. @param hosts in their fixed order */
export function graphsOf(
  topology: Topology,
  hosts: readonly { name: string }[],
  eachAlone: boolean,
): HostGraph[] {
  const most = topology.edges[0]?.amount ?? 0;
  const colourOf = (host: string): number => {
    const place = hosts.findIndex(({ name }) => name === host);
    return place < 0 ? ALONE : place;
  };
  if (!eachAlone || hosts.length < 2) return [{ name: '', topology, most, colourOf }];
  return hosts.map(({ name }) => ({
    ...{ name, most, topology: graphOn(topology, name) },
    colourOf: () => colourOf(name),
  }));
}

/** The part of a graph that is one host's, whose ends need not say whose they are. */
function graphOn(topology: Topology, host: string): Topology {
  const places = new Map<number, number>();
  const nodes = topology.nodes.filter((node, at) => {
    if (node.host !== host) return false;
    places.set(at, places.size);
    return true;
  });
  const edges = topology.edges.flatMap((edge) => {
    const from = places.get(edge.from);
    const to = places.get(edge.to);
    return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
  });
  return { ...topology, nodes: nodes.map((node) => ({ ...node, host: '' })), edges };
}
