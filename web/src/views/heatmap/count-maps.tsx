import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import { useMemo } from 'react';
import type { Heatmap } from '../../session/aggregates.ts';
import { usePreferences } from '../../session/preferences.ts';
import { groupDigits } from '../numbers.ts';
import { heatPicture } from '../picture/heat-picture.ts';
import type { Picture } from '../picture/picture.ts';
import { rampPlace, rampTable } from '../ramp.ts';
import { axisTexts } from './axis-texts.ts';
import { HeatTable } from './heat-table.tsx';
import own from './heatmap.module.css';
import { HeatmapCanvas } from './heatmap-canvas.tsx';
import { brightness, shadeOfCounts } from './shade.ts';

/** Each map with how many values its cells hold, all of one scale of colours. */
export function CountMaps({
  maps,
  most,
  asTable,
}: {
  maps: readonly Heatmap[];
  most: number;
  asTable: boolean;
}) {
  if (asTable) {
    return maps.map((map) => (
      <HeatTable
        key={map.host}
        grid={map}
        label={`${map.label}: values by time and size`}
        cell={(at) => ({ text: groupDigits(map.counts[at] ?? 0) })}
      />
    ));
  }
  return (
    <>
      {maps.map((map) => (
        <section key={map.host} className={own.map}>
          {maps.length > 1 && <h4>{map.label}</h4>}
          <CountMap map={map} most={most} />
        </section>
      ))}
      <Legend most={most} />
    </>
  );
}

function CountMap({ map, most }: { map: Heatmap; most: number }) {
  const content = useMemo(
    () => ({
      shade: () => shadeOfCounts(map.counts, most),
      tell: (at: number) => `${groupDigits(map.counts[at] ?? 0)} values`,
    }),
    [map, most],
  );
  return <HeatmapCanvas map={map} content={content} />;
}

export function pictureOfCounts(maps: readonly Heatmap[], most: number, name: string): Picture {
  return heatPicture({
    title: `${name}: sizes over time`,
    maps,
    ...axisTexts(maps[0]?.unit ?? ''),
    cell: ({ counts }, at, paint) =>
      (counts[at] ?? 0) > 0
        ? { fill: paint.ramp(brightness(counts[at] ?? 0, most)), opacity: 1, told: String(counts[at]) }
        : undefined,
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

export function exportOfCounts(maps: readonly Heatmap[]): ExportedTable {
  return {
    columns: [
      { name: 'time', align: 'text', stored: 'timestamp' },
      { name: 'of', align: 'text' },
      { name: 'from', align: 'number', stored: 'float64' },
      { name: 'to', align: 'number', stored: 'float64' },
      { name: 'count', align: 'number', stored: 'int64' },
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
