import styles from './number.module.css';

const WIDTH = 160;
const HEIGHT = 34;

/** How a number came to be what it is: a line without axes, for the eye alone. */
export function Sparkline({
  times,
  values,
}: {
  times: readonly number[];
  values: readonly (number | null)[];
}) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const low = Math.min(0, ...known);
  const high = Math.max(...known);
  const start = times[0] ?? 0;
  const span = (times.at(-1) ?? 0) - start || 1;
  const points = values.flatMap((value, at) => {
    if (value === null) return [];
    const x = (((times[at] ?? start) - start) / span) * WIDTH;
    const y = HEIGHT - 2 - ((value - low) / (high - low || 1)) * (HEIGHT - 4);
    return [`${x.toFixed(1)},${y.toFixed(1)}`];
  });
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}
