import type { SourceRef } from '../session/decoder.ts';
import { Chart } from './chart.tsx';
import { useSeries } from './series-view.tsx';
import styles from './table.module.css';

/** Events a second, small, above the rows that they are. The numbers behind it are those of the source's view over time. */
export function RateStrip({ source, live }: { source: SourceRef; live: boolean }) {
  const series = useSeries(source, live);
  if (!series || series.times.length < 2) return null;
  return (
    <div className={styles.strip}>
      <Chart series={series} compact label={`${source.source}: ${series.unit} over time`} />
    </div>
  );
}
