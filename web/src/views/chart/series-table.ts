import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import type { Series } from '../../session/decoder.ts';

/** The numbers behind a chart, newest first as rows of events are. Times are in UTC, for files are read elsewhere. */
export function exportOfSeries({ times, lines, unit }: Series): ExportedTable {
  const suffix = unit === '' ? '' : ` (${unit})`;
  return {
    columns: [
      { name: 'time', align: 'text' },
      ...lines.map(({ label }) => ({ name: `${label}${suffix}`, align: 'number' as const })),
    ],
    rows: times
      .map((time, at) => ({
        cells: [
          new Date(time * 1000).toISOString(),
          ...lines.map(({ values }) => (values[at] === null ? '' : numberText(values[at]))),
        ],
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
