import { type CSSProperties, type KeyboardEvent, useId, useMemo } from 'react';
import { names } from '../../ui/names.ts';
import { SERIES_COUNT } from '../../ui/theme.ts';
import type { HostGraph } from './host-graphs.ts';
import styles from './topology.module.css';
import {
  curve,
  LABELS_MAX,
  labelOf,
  labelPlace,
  NODE_HEIGHT,
  NODE_WIDTH,
  planTopology,
  shortened,
  thicknessOf,
} from './topology-plan.ts';
import { edgeText, edgeWords, nodeWords } from './topology-text.ts';

/** The graph as a picture: nodes are walked by the arrow keys; what is not joined to the selected one stands back. */
export function TopologyGraph({
  graph: { topology, most, colourOf },
  label,
  selected: selectedKey,
  onSelect,
}: {
  graph: HostGraph;
  label: string;
  /** The key of a node; undefined: none. */
  selected: string | undefined;
  onSelect(node: string | undefined): void;
}) {
  const spoken = useId();
  const { nodes, edges } = topology;
  // Where nodes stand does not change with what goes over the edges while these are the same.
  const shape = edges.map(({ from, to }) => `${from} ${to}`).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the edges
  const plan = useMemo(() => planTopology(nodes.length, edges), [nodes.length, shape]);
  const { places, left, middle, width, height } = plan;
  const found = nodes.findIndex(({ key }) => key === selectedKey);
  const selected = found < 0 ? undefined : found;
  const select = (node: number | undefined): void =>
    onSelect(node === undefined ? undefined : nodes[node]?.key);
  const coloured = (node: number) =>
    ({
      '--colour': `var(--series-${(colourOf(nodes[node]?.host ?? '') % SERIES_COUNT) + 1})`,
    }) as CSSProperties;
  const isJoined = (from: number, to: number): boolean =>
    selected === undefined || from === selected || to === selected;

  function pressed(event: KeyboardEvent): void {
    const next = nodeFrom(event.key, selected, places);
    if (next === undefined) {
      if (event.key !== 'Escape' || selected === undefined) return;
      select(undefined);
    } else select(next);
    event.preventDefault();
  }

  return (
    <div
      className={styles.scroller}
      role="application"
      aria-label={label}
      aria-describedby={spoken}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys walk the picture
      tabIndex={0}
      onKeyDown={pressed}
      data-testid="topology-graph"
    >
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        className={styles.picture}
        aria-hidden="true"
      >
        <title>{label}</title>
        {edges.map((edge) => {
          const { from, to, amount } = edge;
          const thick = thicknessOf(amount, most);
          return (
            <path
              key={`${nodes[from]?.key}\n${nodes[to]?.key}`}
              d={curve(left(from), middle(from), left(to), middle(to))}
              style={coloured(from)}
              className={names(styles.edge, !isJoined(from, to) && styles.back)}
              strokeWidth={thick}
            >
              <title>{edgeWords(topology, edge)}</title>
            </path>
          );
        })}
        {nodes.map((node, at) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the picture as a whole is walked by keys
          <g
            key={node.key}
            style={coloured(at)}
            transform={`translate(${left(at)} ${middle(at) - NODE_HEIGHT / 2})`}
            className={names(
              styles.node,
              node.isOther && styles.other,
              at === selected && styles.selected,
              selected !== undefined &&
                at !== selected &&
                !edges.some(({ from, to }) => isJoined(from, to) && (from === at || to === at)) &&
                styles.back,
            )}
            onClick={() => select(at === selected ? undefined : at)}
            data-testid="topology-node"
          >
            <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx={4} />
            {/* Who sends has a mark on the right, who receives on the left. */}
            {node.received > 0 && <path d={`M0 4v${NODE_HEIGHT - 8}`} className={styles.mark} />}
            {node.sent > 0 && <path d={`M${NODE_WIDTH} 4v${NODE_HEIGHT - 8}`} className={styles.mark} />}
            <text x={10} y={NODE_HEIGHT / 2}>
              {shortened(labelOf(node))}
            </text>
            <title>{nodeWords(topology, at)}</title>
          </g>
        ))}
        {edges.slice(0, LABELS_MAX).map((edge) => {
          const { from, to } = edge;
          if (!isJoined(from, to)) return null;
          const [x, y] = labelPlace(left(from), middle(from), left(to), middle(to));
          return (
            <text key={`${from} ${to}`} x={x} y={y} className={styles.amount}>
              {edgeText(topology, edge)}
            </text>
          );
        })}
      </svg>
      <span id={spoken} className={styles.spoken} aria-live="polite" data-testid="topology-spoken">
        {selected === undefined ? '' : nodeWords(topology, selected)}
      </span>
    </div>
  );
}

/** Up and down within a column, left and right to the nearest of the next. */
function nodeFrom(
  key: string,
  selected: number | undefined,
  places: readonly { column: number; row: number }[],
): number | undefined {
  const steps: Record<string, readonly [columns: number, rows: number]> = {
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
  };
  const step = steps[key];
  if (step === undefined || places.length === 0) return undefined;
  const now = selected === undefined ? undefined : places[selected];
  if (now === undefined) return 0;
  const [columns, rows] = step;
  let best = selected;
  let least = Number.POSITIVE_INFINITY;
  places.forEach(({ column, row }, node) => {
    if (column !== now.column + columns) return;
    const distance = Math.abs(row - (now.row + rows));
    if ((rows !== 0 && row !== now.row + rows) || distance >= least) return;
    least = distance;
    best = node;
  });
  return best;
}
