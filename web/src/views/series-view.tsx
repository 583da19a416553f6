import { useState } from 'react';
import type { Series, SourceRef } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import chartStyles from './chart.module.css';
import { Chart } from './chart.tsx';
import { groupDigits } from './numbers.ts';
import { exportOfSeries, numberText, timeText } from './series-table.ts';
import styles from './table.module.css';
import { useLive } from './use-live.ts';
import { ViewTools } from './view-tools.tsx';

/** Silence is drawn as well: a rate goes on at 0 while nothing comes. */
const SERIES_TICK = 1000;

/** A source's numbers over time. While it is live once a second, which is how far its points are apart: more would draw the same again. */
export function useSeries(source: SourceRef, live: boolean): Series | undefined {
  return useLive(source, 'series', () => theDecoder().series(source), {
    every: live ? SERIES_TICK : undefined,
    clockOnly: live,
  });
}

/** A source's numbers over time, large: as lines, or as the table behind them. */
export function SeriesView({ source, live, waiting }: { source: SourceRef; live: boolean; waiting: string }) {
  const [asTable, setAsTable] = useState(false);
  const series = useSeries(source, live);
  if (!series || series.times.length < 2) return <Empty title={waiting} />;
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <IconButton
            icon="table"
            small
            on={asTable}
            label="The numbers behind the lines"
            data-testid="series-as-table"
            onClick={() => setAsTable(!asTable)}
          />
        }
        status={{
          text: `${groupDigits(series.times.length)} points · ${series.unit}`,
          testId: 'point-count',
        }}
        collect={async () => exportOfSeries(series)}
      />
      {asTable ? (
        <SeriesTable series={series} label={source.source} />
      ) : (
        <div className={chartStyles.page}>
          <Chart series={series} label={`${source.source} over time, in ${series.unit}`} />
        </div>
      )}
    </div>
  );
}

/** Newest first. */
function SeriesTable({ series: { times, lines, unit }, label }: { series: Series; label: string }) {
  return (
    <div className={chartStyles.table}>
      <table data-testid="series-table" aria-label={`${label} over time, in ${unit}`}>
        <thead>
          <tr>
            <th scope="col">time</th>
            {lines.map((line) => (
              <th key={line.label} scope="col">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times
            .map((time, at) => (
              <tr key={time}>
                <th scope="row">{timeText(time)}</th>
                {lines.map((line) => (
                  <td key={line.label}>{numberText(line.values[at])}</td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
