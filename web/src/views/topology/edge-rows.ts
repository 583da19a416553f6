import type { ExportedRow, ExportedTable } from '@probepad/protocol/export/shown-table';
import type { Topology } from '../../session/topology.ts';
import { amountText } from '../amount.ts';
import { edgeText } from './topology-text.ts';

/** The edges of a graph as texts, the heaviest first. */
export interface EdgeRows {
  columns: ExportedTable['columns'];
  /** Keys are unique, and stay the same in the next second's. */
  rows: (ExportedRow & { key: string })[];
}

/** With the host before each, where the ends of several are told apart. */
export function edgeRows(topology: Topology): EdgeRows {
  const { nodes, edges, unit } = topology;
  const several = nodes.some(({ host }) => host !== '');
  const texts = [...(several ? ['host'] : []), 'from', 'to'];
  return {
    columns: [
      ...texts.map((name) => ({ name, align: 'text' as const })),
      ...['in all', 'a second'].map((name) => ({
        ...{ name, align: 'number' as const, stored: 'float64' as const },
      })),
    ],
    rows: edges.map((edge) => {
      const [from, to] = [nodes[edge.from], nodes[edge.to]];
      const ends = [...(several ? [from?.host ?? ''] : []), from?.label ?? '', to?.label ?? ''];
      return {
        key: `${from?.key}\n${to?.key}`,
        cells: [...ends, amountText(edge.amount, unit), edgeText(topology, edge)],
        values: [...ends, edge.amount, edge.perSecond],
      };
    }),
  };
}
