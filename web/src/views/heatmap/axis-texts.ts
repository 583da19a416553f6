import { timeText } from '../chart/series-table.ts';
import { quantityText } from '../quantity.ts';

/** What the axes of a heatmap's picture say. */
export function axisTexts(unit: string): { edge(value: number): string; moment(seconds: number): string } {
  return {
    edge: (value) => (value === Number.NEGATIVE_INFINITY ? '< 0' : quantityText(value, unit)),
    moment: timeText,
  };
}
