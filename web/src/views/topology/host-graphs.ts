import type { Topology } from '../../session/topology.ts';

/** The place in the palette of what is not of one host among several. */
const ALONE = 1;

/** The place of each host's colour in the palette, by the host's name. @param hosts in their fixed order */
export function hostColours(hosts: readonly { name: string }[]): (host: string) => number {
  return (host) => {
    const place = hosts.findIndex(({ name }) => name === host);
    return place < 0 ? ALONE : place;
  };
}

/** The part of a graph that is one host's, whose ends need not say whose they are. */
export function graphOn(topology: Topology, host: string): Topology {
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
