import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import type { Series } from '../../session/aggregates.ts';
import { nearestPoint } from '../chart/nearest-point.ts';
import { exportOfSeries } from '../chart/series-table.ts';
import { quantityText } from '../quantity.ts';
import type { ViewProps } from '../view-props.ts';

/** One number of the view, with how it came to that. */
export interface ShownNumber {
  label: string;
  unit: string;
  /** Seconds since 1970, ascending. */
  times: readonly number[];
  values: readonly (number | null)[];
}

/** @param series `each`: one for each measure of the view; absent: each line is a number */
export function numbersOf(
  view: ViewProps<'number'>['view'],
  series: Series & { each?: Series[] },
): ShownNumber[] {
  if (!series.each) {
    return series.lines.map(({ label, unit = series.unit, values }) => ({
      label,
      unit,
      times: series.times,
      values,
    }));
  }
  return series.each.flatMap(({ lines, times, unit }, at) =>
    lines.map(({ label, values }) => ({
      label:
        lines.length === 1
          ? view.measures[at]?.column || label
          : [view.measures[at]?.column, label].filter(Boolean).join(' · '),
      unit,
      times,
      values,
    })),
  );
}

/** What the number was at a moment: at the point nearest to it, as a chart has it there; without a moment, the newest. */
export function textAt({ unit, times, values }: ShownNumber, moment: number | undefined): string {
  const known = moment === undefined ? values : values.slice(0, nearestPoint(times, moment) + 1);
  return quantityText(known.findLast((value) => value !== null) ?? Number.NaN, unit);
}

/** All numbers over time, side by side. */
export function exportOfNumbers(numbers: readonly ShownNumber[]): ExportedTable {
  const times = [...new Set(numbers.flatMap((each) => each.times))].sort((a, b) => a - b);
  const lines = numbers.map(({ label, unit, times: own, values }) => {
    const byTime = new Map(own.map((time, at) => [time, values[at] ?? null]));
    return { label, unit, host: '', values: times.map((time) => byTime.get(time) ?? null) };
  });
  return exportOfSeries({ times, lines, unit: '' });
}
