import type { Series } from '../../session/decoder.ts';
import styles from './chart.module.css';
import { numberText, timeText } from './series-table.ts';

/** The numbers behind the lines, newest first. */
export function SeriesTable({ series: { times, lines, unit }, label }: { series: Series; label: string }) {
  return (
    <div className={styles.table}>
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
