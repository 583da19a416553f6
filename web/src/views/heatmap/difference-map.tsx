import { type CSSProperties, useMemo } from 'react';
import chartStyles from '../chart/chart.module.css';
import { timeText } from '../chart/series-table.ts';
import { rangeText } from '../quantity.ts';
import { cellText, legendOf, signed, titleOf } from './difference-texts.ts';
import own from './heatmap.module.css';
import { HeatmapCanvas } from './heatmap-canvas.tsx';
import { type HostDifference, leadOf } from './host-difference.ts';
import { differenceColours, shadeOfDifference, shadeOfLead } from './shade.ts';

/** One host against another: each cell in the colour of the host that has more of its values there, and the stronger the more. */
export function DifferenceMap({ difference, asTable }: { difference: HostDifference; asTable: boolean }) {
  const content = useMemo(
    () => ({
      shade: () => shadeOfDifference(difference, differenceColours()),
      tell: (at: number) => cellText(difference, at),
    }),
    [difference],
  );
  if (asTable) return <DifferenceTable difference={difference} />;
  return (
    <>
      <section className={own.map}>
        <h4>{titleOf(difference)}</h4>
        <HeatmapCanvas map={difference} content={content} />
      </section>
      <ul className={own.legend} aria-label="Which host has more" data-testid="heatmap-legend">
        {legendOf(difference).map(({ ahead, strength, text }) => (
          <li key={`${ahead} ${strength}`}>
            <span
              className={own.swatch}
              data-ahead={ahead}
              style={{ '--strength': shadeOfLead(ahead, strength, TOKENS).opacity } as CSSProperties}
            />
            {text}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Only the opacity is asked for: the style sheet has the colours. */
const TOKENS = { left: '', right: '', alike: '' };

/** Newest first. */
function DifferenceTable({ difference }: { difference: HostDifference }) {
  const { times, edges, unit, differences, left, right } = difference;
  const rows = edges.length - 1;
  const name = `${titleOf(difference)} · + more on ${left.name}, − more on ${right.name}`;
  return (
    <div className={chartStyles.table}>
      <table data-testid="heatmap-table">
        <caption className={own.caption}>{name}</caption>
        <thead>
          <tr>
            <th scope="col">time</th>
            {Array.from({ length: rows }, (_, row) => (
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
                {Array.from({ length: rows }, (_, row) => {
                  const at = column * rows + row;
                  return (
                    <td key={edges[row]} title={leadOf(difference, at) && cellText(difference, at)}>
                      {leadOf(difference, at) ? signed(differences[at] ?? 0) : ''}
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
