import type { Topology, TopologyEdge } from '../../session/topology.ts';
import { amountText } from '../amount.ts';
import { groupDigits, shortNumber } from '../numbers.ts';

/** What an edge is worth a second, in the words of its unit. */
export function edgeText({ unit }: Pick<Topology, 'unit'>, { perSecond }: TopologyEdge): string {
  return unit === 'count' ? `${shortNumber(perSecond)}/s` : `${amountText(perSecond, unit)}/s`;
}

/** An edge between its ends, in words. */
export function edgeWords(topology: Topology, edge: TopologyEdge): string {
  const { nodes } = topology;
  const from = nodes[edge.from];
  return [
    `${from?.label} → ${nodes[edge.to]?.label}`,
    ...(from?.host ? [` on ${from.host}`] : []),
    `: ${edgeText(topology, edge)}`,
  ].join('');
}

/** How much is shown, and what of it is not, or not by name. */
export function statusOf({ nodes, edges, rest, leftOut, unit }: Topology): string {
  return [
    `${groupDigits(nodes.length)} ends`,
    `${groupDigits(edges.length)} edges`,
    ...(rest > 0 ? [`${amountText(rest, unit)} over edges no longer told apart`] : []),
    ...(leftOut > 0 ? [`${groupDigits(leftOut)} records left out`] : []),
  ].join(' · ');
}

/** A node and what it has to do with others, in words. */
export function nodeWords(topology: Topology, node: number): string {
  const { nodes, edges } = topology;
  const name = (at: number): string => nodes[at]?.label ?? '';
  const sent = edges.filter(({ from }) => from === node);
  const received = edges.filter(({ to }) => to === node);
  return [
    name(node),
    ...(nodes[node]?.host ? [`on ${nodes[node].host}`] : []),
    ...sent.map((edge) => `to ${name(edge.to)} ${edgeText(topology, edge)}`),
    ...received.map((edge) => `from ${name(edge.from)} ${edgeText(topology, edge)}`),
  ].join(', ');
}
