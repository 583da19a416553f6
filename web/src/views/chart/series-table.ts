import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import { timestampOf } from '@probepad/protocol/export/typed-table';
import type { Series } from '../../session/decoder.ts';

/** The numbers behind a chart, newest first as rows of events are. Times are in UTC, for files are read elsewhere. */
export function exportOfSeries({
  times,
  lines,
  unit,
}: Pick<Series, 'times' | 'lines' | 'unit'>): ExportedTable {
  return {
    columns: [
      { name: 'time', align: 'text', stored: 'timestamp' },
      ...lines.map(({ label, unit: own = unit }) => ({
        name: `${label}${own === '' ? '' : ` (${own})`}`,
        align: 'number' as const,
        stored: 'float64' as const,
      })),
    ],
    rows: times
      .map((time, at) => ({
        cells: [
          new Date(time * 1000).toISOString(),
          ...lines.map(({ values }) => (values[at] === null ? '' : numberText(values[at]))),
        ],
        values: [timestampOf(time), ...lines.map(({ values }) => values[at] ?? null)],
      }))
      .reverse(),
  };
}

/** Local time of day, to the second. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

/** With three digits after the point at most: more is noise in a rate. */
export function numberText(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Math.round(value * 1000) / 1000);
}
