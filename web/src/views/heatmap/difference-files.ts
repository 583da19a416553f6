import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import { heatPicture } from '../picture/heat-picture.ts';
import type { Paint, Picture } from '../picture/picture.ts';
import { axisTexts } from './axis-texts.ts';
import { cellText, legendOf, titleOf } from './difference-texts.ts';
import { type HostDifference, leadOf } from './host-difference.ts';
import { shadeOfDifference, shadeOfLead } from './shade.ts';

/** One host against another, to take along. */

export function pictureOfDifference(difference: HostDifference, name: string): Picture {
  return heatPicture({
    title: `${name}: sizes over time, ${titleOf(difference)}`,
    maps: [difference],
    ...axisTexts(difference.unit),
    cell: (map, at, paint) => {
      const shade = shadeOfDifference(map, coloursOf(paint))(at);
      return shade && { ...shade, told: cellText(map, at) };
    },
    legend: (paint) =>
      legendOf(difference).map(({ ahead, strength, text }) => ({
        ...shadeOfLead(ahead, strength, coloursOf(paint)),
        told: text,
      })),
  });
}

function coloursOf(paint: Paint): { left: string; right: string; alike: string } {
  return { left: paint.series(0), right: paint.series(1), alike: paint.control };
}

/** A row for each cell in which either host has something. */
export function exportOfDifference(difference: HostDifference): ExportedTable {
  const { times, edges, left, right, differences } = difference;
  const rows = edges.length - 1;
  return {
    columns: [
      { name: 'time', align: 'text', stored: 'timestamp' },
      { name: 'from', align: 'number', stored: 'float64' },
      { name: 'to', align: 'number', stored: 'float64' },
      { name: left.name, align: 'number', stored: 'int64' },
      { name: right.name, align: 'number', stored: 'int64' },
      { name: 'difference of parts', align: 'number', stored: 'float64' },
    ],
    rows: differences.flatMap((part, at) => {
      if (!leadOf(difference, at)) return [];
      const when = new Date((times[Math.floor(at / rows)] ?? 0) * 1000).toISOString();
      const row = at % rows;
      const numbers = [edges[row], edges[row + 1], left.counts[at], right.counts[at], part];
      return [{ cells: [when, ...numbers.map((each) => String(each ?? 0))] }];
    }),
  };
}
