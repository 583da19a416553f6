import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import { useRef, useState } from 'react';
import type { Heatmap } from '../../session/aggregates.ts';
import { usePreferences } from '../../session/preferences.ts';
import { theDecoder } from '../../session/session.ts';
import { IconButton } from '../../ui/button.tsx';
import chartStyles from '../chart/chart.module.css';
import { timeText } from '../chart/series-table.ts';
import { HostChoice } from '../host-choice.tsx';
import { groupDigits } from '../numbers.ts';
import { heatPicture } from '../picture/heat-picture.ts';
import type { Picture } from '../picture/picture.ts';
import { quantityText, rangeText } from '../quantity.ts';
import { rampPlace, rampTable } from '../ramp.ts';
import { distributedOf, SlotsChoice } from '../slots-choice.tsx';
import styles from '../table.module.css';
import { useOverTime } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { ViewTools } from '../view-tools.tsx';
import { brightness, largestCount } from './draw-heatmap.ts';
import own from './heatmap.module.css';
import { HeatmapCanvas } from './heatmap-canvas.tsx';

/** Pixels that a column is wide at least. */
const COLUMN_LEAST = 5;
const WIDTH_DEFAULT = 800;

/** A histogram over time: each column a moment, each row values of one size, the brighter the more of them came. */
export function HeatmapView({
  source,
  view,
  live,
  hosts,
  options,
  onOptions,
  empty,
}: ViewProps<'histogram' | 'heatmap'>) {
  const [asTable, setAsTable] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const { measure, slots } = distributedOf(view, options);
  const together = options.hosts ?? 'multiples';
  const maps = useOverTime(source, JSON.stringify([measure, slots, together]), live, (range) =>
    theDecoder().heatmaps({
      ...source,
      range,
      measure,
      slots,
      points: Math.floor((frame.current?.clientWidth ?? WIDTH_DEFAULT) / COLUMN_LEAST),
      hosts: together === 'merged' ? 'merged' : 'apart',
    }),
  );
  const filled = (maps ?? []).filter(({ times }) => times.length > 0);
  const most = largestCount(filled);
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <>
            <IconButton
              icon="table"
              small
              on={asTable}
              label="The numbers behind the colours"
              data-testid="heatmap-as-table"
              onClick={() => setAsTable(!asTable)}
            />
            <SlotsChoice view={view} options={options} onOptions={onOptions} />
            <HostChoice
              hosts={hosts}
              value={together}
              kinds={['multiples', 'merged']}
              onChange={(value) => onOptions({ hosts: value })}
            />
          </>
        }
        status={{ text: filled[0] ? `${filled[0].step} s a column` : '', testId: 'heatmap-step' }}
        collect={filled.length > 0 ? () => exportOf(filled) : undefined}
        view="heatmap"
        picture={most > 0 ? () => pictureOf(filled, most, source.source) : undefined}
      />
      <div ref={frame} className={own.page}>
        {most === 0 && empty}
        {most > 0 && asTable && filled.map((map) => <HeatmapTable key={map.host} map={map} />)}
        {most > 0 &&
          !asTable &&
          filled.map((map) => (
            <section key={map.host} className={own.map}>
              {filled.length > 1 && <h4>{map.label}</h4>}
              <HeatmapCanvas map={map} most={most} />
            </section>
          ))}
        {most > 0 && !asTable && <Legend most={most} />}
      </div>
    </div>
  );
}

function pictureOf(maps: readonly Heatmap[], most: number, name: string): Picture {
  const unit = maps[0]?.unit ?? '';
  return heatPicture({
    title: `${name}: sizes over time`,
    maps,
    edge: (value) => (value === Number.NEGATIVE_INFINITY ? '< 0' : quantityText(value, unit)),
    moment: timeText,
    brightness: (count) => brightness(count, most),
  });
}

/** Which colour is how many. */
function Legend({ most }: { most: number }) {
  usePreferences((state) => state.theme);
  const colours = rampTable();
  const steps = [
    1,
    ...[0.25, 0.5, 0.75].map((part) => Math.round(Math.expm1(part * Math.log1p(most)))),
    most,
  ];
  return (
    <ul className={own.legend} aria-label="Values in a cell">
      {[...new Set(steps)].map((count) => (
        <li key={count}>
          <span style={{ background: colours[rampPlace(brightness(count, most))] }} />
          {groupDigits(count)}
        </li>
      ))}
    </ul>
  );
}

/** Newest first; only the rows that hold something. */
function HeatmapTable({ map }: { map: Heatmap }) {
  const rows = map.edges.length - 1;
  return (
    <div className={chartStyles.table}>
      <table data-testid="heatmap-table" aria-label={`${map.label}: values by time and size`}>
        <thead>
          <tr>
            <th scope="col">time</th>
            {Array.from({ length: rows }, (_, row) => (
              <th key={map.edges[row]} scope="col">
                {rangeText(map.edges[row] ?? 0, map.edges[row + 1] ?? 0, map.unit)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {map.times
            .map((time, column) => (
              <tr key={time}>
                <th scope="row">{timeText(time)}</th>
                {Array.from({ length: rows }, (_, row) => (
                  <td key={map.edges[row]}>{groupDigits(map.counts[column * rows + row] ?? 0)}</td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}

function exportOf(maps: readonly Heatmap[]): ExportedTable {
  return {
    columns: [
      { name: 'time', align: 'text' },
      { name: 'of', align: 'text' },
      { name: 'from', align: 'number' },
      { name: 'to', align: 'number' },
      { name: 'count', align: 'number' },
    ],
    rows: maps.flatMap(({ label, times, edges, counts }) =>
      counts.flatMap((count, at) => {
        const rows = edges.length - 1;
        const when = new Date((times[Math.floor(at / rows)] ?? 0) * 1000).toISOString();
        const cells = [when, label, String(edges[at % rows]), String(edges[(at % rows) + 1]), String(count)];
        return count > 0 ? [{ cells }] : [];
      }),
    ),
  };
}
