import chartStyles from '../chart/chart.module.css';
import { timeText } from '../chart/series-table.ts';
import { rangeText } from '../quantity.ts';
import own from './heatmap.module.css';
import { type HeatGrid, placeOf } from './heatmap-layout.ts';

/** The cells of a heatmap as a table, newest first. */
export function HeatTable({
  grid,
  label,
  caption,
  cell,
}: {
  grid: HeatGrid;
  /** Says what it is to who hears it, where no caption does. */
  label?: string;
  caption?: string;
  /** By its place among the counts. */
  cell(at: number): { text: string; title?: string | undefined };
}) {
  const { times, edges, unit } = grid;
  const rows = Array.from({ length: edges.length - 1 }, (_, row) => row);
  return (
    <div className={chartStyles.table}>
      <table data-testid="heatmap-table" aria-label={label}>
        {caption !== undefined && <caption className={own.caption}>{caption}</caption>}
        <thead>
          <tr>
            <th scope="col">time</th>
            {rows.map((row) => (
              <th key={edges[row]} scope="col">
                {rangeText(edges[row] ?? 0, edges[row + 1] ?? 0, unit)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times
            .map((time, column) => (
              <tr key={time}>
                <th scope="row">{timeText(time)}</th>
                {rows.map((row) => {
                  const { text, title } = cell(placeOf(grid, { column, row }));
                  return (
                    <td key={edges[row]} title={title}>
                      {text}
                    </td>
                  );
                })}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
