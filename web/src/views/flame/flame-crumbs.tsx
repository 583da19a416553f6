import { percentText } from '../numbers.ts';
import { type FlameScene, shareOf } from './draw-flame.ts';
import styles from './flame.module.css';

/** Frames of the way that are named; of a longer one those nearest to what is zoomed. */
const NAMED = 5;

/** The way from the root to what is zoomed, and what the colours mean. */
export function FlameCrumbs({ scene, onZoom }: { scene: FlameScene; onZoom(node: number): void }) {
  const { index, graph, zoomed } = scene;
  const way: number[] = [];
  for (let node = zoomed; node >= 0; node = index.tree.parents[node] as number) way.unshift(node);
  const shown = way.length > NAMED + 1 ? [0, ...way.slice(-NAMED)] : way;
  return (
    <nav className={styles.crumbs} aria-label="Zoomed into" data-testid="flame-crumbs">
      {shown.map((node, at) => (
        <span key={node} style={{ display: 'contents' }}>
          {at > 0 && <span aria-hidden="true">{at === 1 && shown.length < way.length ? '› … ›' : '›'}</span>}
          <button type="button" onClick={() => onZoom(node)}>
            {graph.names[index.tree.frames[node] as number]?.text ?? 'all'}
          </button>
        </span>
      ))}
      {zoomed > 0 && <span>{percentText(shareOf(scene, zoomed))}</span>}
      <Legend scene={scene} />
    </nav>
  );
}

function Legend({ scene: { graph, index, than } }: { scene: FlameScene }) {
  const family = graph.unit === 'ns' ? 'wait-' : graph.unit === 'bytes' ? 'bytes-' : '';
  const entries: [colour: string, text: string, sign?: string | undefined][] = index.tree.before
    ? [
        ['less', `− less than ${than}`],
        ['same', 'the same'],
        ['more', '+ more'],
      ]
    : [
        [`${family}user`, 'user'],
        [`${family}kernel`, 'kernel', styles.hatched],
        ...(graph.unnamed > 0
          ? [['unknown', 'no name', styles.dashed] as [string, string, string | undefined]]
          : []),
      ];
  return (
    <span className={styles.legend} aria-hidden="true">
      {entries.map(([colour, text, sign]) => (
        <span key={colour}>
          <i
            className={`${styles.swatch} ${sign ?? ''}`}
            style={{ backgroundColor: `var(--flame-${colour})` }}
          />
          {text}
        </span>
      ))}
    </span>
  );
}
