import type { Topology } from '../../session/topology.ts';
import { escapeXml, type Paint, type Picture, short, textAt } from '../picture/picture.ts';
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

/**
 * The graph as vectors, as it stands on the page.
 * @param colourOf the place in the palette of what is of a host
 */
export function topologyPicture(
  topology: Topology,
  title: string,
  colourOf: (host: string) => number,
): Picture {
  const plan = planTopology(topology.nodes.length, topology.edges);
  const scaleFor = (width: number): number => Math.min(1, width / plan.width);
  return {
    title,
    height: (_paint, width) => plan.height * scaleFor(width),
    draw(paint, size) {
      const scale = Math.min(scaleFor(size.width), size.height / plan.height);
      const left = (size.width - plan.width * scale) / 2;
      return `<g transform="translate(${short(left)} 0) scale(${scale})">${draw(topology, plan, paint, colourOf)}</g>`;
    },
  };
}

function draw(
  topology: Topology,
  plan: TopologyPlan,
  paint: Paint,
  colourOf: (host: string) => number,
): string {
  const { nodes, edges } = topology;
  const { left, middle } = plan;
  const most = edges[0]?.amount ?? 0;
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
