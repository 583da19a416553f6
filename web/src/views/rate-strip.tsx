import type { SourceRef } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import chartStyles from './chart.module.css';
import { Chart } from './chart.tsx';
import styles from './table.module.css';
import { useLive } from './use-live.ts';

/** Silence is drawn as well: a rate goes on at 0 while nothing comes. */
const TICK = 1000;

/** Events a second, small, above the rows that they are. */
export function RateStrip({ source, live }: { source: SourceRef; live: boolean }) {
  const series = useLive(source, 'series', () => theDecoder().series(source), live ? TICK : undefined);
  if (!series || series.times.length < 2) return null;
  return (
    <div className={styles.strip}>
      <Chart series={series} compact label={`${source.source}: ${series.unit} over time`} />
    </div>
  );
}

/** A source's numbers over time, large. */
export function SeriesView({ source, live, waiting }: { source: SourceRef; live: boolean; waiting: string }) {
  const series = useLive(source, 'series', () => theDecoder().series(source), live ? TICK : undefined);
  if (!series || series.times.length < 2) {
    return <p style={{ padding: '1.6rem', color: 'var(--ink-3)' }}>{waiting}</p>;
  }
  return (
    <div className={chartStyles.page}>
      <Chart series={series} label={`${source.source} over time, in ${series.unit}`} />
    </div>
  );
}
