import { escapeXml, type Paint, type Picture, short, textAt } from '../picture/picture.ts';
import type { HostGraph } from './host-graphs.ts';
import {
  curve,
  LABELS_MAX,
  labelOf,
  labelPlace,
  NODE_HEIGHT,
  NODE_WIDTH,
  planTopology,
  shortened,
  type TopologyPlan,
  thicknessOf,
} from './topology-plan.ts';
import { edgeText, edgeWords, nodeWords } from './topology-text.ts';

/** Above a graph that is headed by its host, in units of the picture. */
const HEAD = 36;

/** The graphs as vectors, as they stand on the page. */
export function topologyPicture(graphs: readonly HostGraph[], title: string): Picture {
  const drawn = graphs
    .filter(({ topology }) => topology.edges.length > 0)
    .map((graph) => ({
      graph,
      plan: planTopology(graph.topology.nodes.length, graph.topology.edges),
      head: graph.name === '' ? 0 : HEAD,
    }));
  const width = Math.max(1, ...drawn.map(({ plan }) => plan.width));
  const height = Math.max(
    1,
    drawn.reduce((sum, { plan, head }) => sum + head + plan.height, 0),
  );
  const scaleFor = (most: number): number => Math.min(1, most / width);
  return {
    title,
    height: (_paint, most) => height * scaleFor(most),
    draw(paint, size) {
      const scale = Math.min(scaleFor(size.width), size.height / height);
      const left = (size.width - width * scale) / 2;
      let top = 0;
      const parts = drawn.map(({ graph, plan, head }) => {
        const name =
          head === 0 ? '' : textAt(0, top + head / 2, graph.name, { fill: paint.ink, weight: 600 });
        const part = `${name}<g transform="translate(${short((width - plan.width) / 2)} ${short(top + head)})">${draw(graph, plan, paint)}</g>`;
        top += head + plan.height;
        return part;
      });
      return `<g transform="translate(${short(left)} 0) scale(${scale})">${parts.join('\n')}</g>`;
    },
  };
}

function draw({ topology, most, colourOf }: HostGraph, plan: TopologyPlan, paint: Paint): string {
  const { nodes, edges } = topology;
  const { left, middle } = plan;
  const colour = (node: number): string => escapeXml(paint.series(colourOf(nodes[node]?.host ?? '')));
  const lines = edges.map((edge) => {
    const { from, to, amount } = edge;
    return `<path d="${curve(left(from), middle(from), left(to), middle(to))}" fill="none" stroke="${colour(from)}" stroke-opacity="0.55" stroke-width="${short(thicknessOf(amount, most))}"><title>${escapeXml(edgeWords(topology, edge))}</title></path>`;
  });
  const boxes = nodes.map((node, at) => {
    const x = left(at);
    const top = middle(at) - NODE_HEIGHT / 2;
    const mark = (end: number): string =>
      `<path d="M${end} ${short(top + 4)}v${NODE_HEIGHT - 8}" stroke="${colour(at)}" stroke-width="3"/>`;
    const dash = node.isOther ? ' stroke-dasharray="4 3"' : '';
    return [
      `<g><title>${escapeXml(nodeWords(topology, at))}</title>`,
      `<rect x="${x}" y="${short(top)}" width="${NODE_WIDTH}" height="${NODE_HEIGHT}" rx="4" fill="${escapeXml(paint.ground)}" stroke="${escapeXml(paint.faint)}"${dash}/>`,
      node.received > 0 ? mark(x) : '',
      node.sent > 0 ? mark(x + NODE_WIDTH) : '',
      textAt(x + 10, middle(at) + paint.fontSize / 3, shortened(labelOf(node)), { fill: paint.ink }),
      '</g>',
    ].join('');
  });
  const amounts = edges.slice(0, LABELS_MAX).map((edge) => {
    const [x, y] = labelPlace(left(edge.from), middle(edge.from), left(edge.to), middle(edge.to));
    return textAt(x, y, edgeText(topology, edge), { fill: paint.faint, anchor: 'middle' });
  });
  // Edges cross the numbers of others.
  const halo = `<g paint-order="stroke" stroke="${escapeXml(paint.ground)}" stroke-width="3.5">${amounts.join('')}</g>`;
  return [...lines, ...boxes, halo].join('\n');
}
