import type { SourceRef } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import { Chart } from './chart.tsx';
import { SERIES_TICK } from './series-view.tsx';
import styles from './table.module.css';
import { useLive } from './use-live.ts';

/** Events a second, small, above the rows that they are. The numbers behind it are those of the source's view over time. */
export function RateStrip({ source, live }: { source: SourceRef; live: boolean }) {
  // One point a second: what comes in between would draw the same lines again.
  const series = useLive(source, 'series', () => theDecoder().series(source), {
    every: live ? SERIES_TICK : undefined,
    clockOnly: live,
  });
  if (!series || series.times.length < 2) return null;
  return (
    <div className={styles.strip}>
      <Chart series={series} compact label={`${source.source}: ${series.unit} over time`} />
    </div>
  );
}
