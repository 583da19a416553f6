import { memo } from 'react';
import { type SourceRef, sourceKey } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import { LineChart } from './chart/line-chart.tsx';
import styles from './table.module.css';
import { useOverTime } from './use-shown-range.ts';

/** Events a second, small, above the rows that they are. The numbers behind it are those of the source's view over time. */
export const RateStrip = memo(
  function RateStrip({ source, live }: { source: SourceRef; live: boolean }) {
    const series = useOverTime(source, 'rate', live, (range) => theDecoder().series({ ...source, range }));
    if (!series || series.times.length < 2) return null;
    return (
      <div className={styles.strip}>
        <LineChart series={series} compact label={`${source.source}: ${series.unit} over time`} />
      </div>
    );
  },
  (before, after) =>
    before.live === after.live &&
    sourceKey(before.source.run, before.source.source) === sourceKey(after.source.run, after.source.source),
);
