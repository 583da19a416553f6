import type uPlot from 'uplot';
import { remPixels, seriesColour, token } from '../../ui/theme.ts';
import { axisText, quantityText } from '../quantity.ts';
import { timeText } from './series-table.ts';

/** Lines differ by dash as well as by colour. */
const DASHES: number[][] = [[], [7, 3], [2, 2], [8, 3, 2, 3], [4, 4], [12, 3], [1, 3], [6, 2, 1, 2]];
/** What is left over has a colour that no other line has. */
const REST = /(^| · )other$/;
const REST_SLOT = 7;

/**
 * A place in the order of colours for each line, which it keeps while it is drawn, and for as long as no other needs it.
 * @param slots of the lines that were drawn before; changed in place
 */
export function assignSlots(labels: readonly string[], slots: Map<string, number>): number[] {
  for (const label of slots.keys()) if (!labels.includes(label)) slots.delete(label);
  const taken = new Set(slots.values());
  for (const label of labels) {
    if (slots.has(label)) continue;
    let slot = REST.test(label) ? REST_SLOT : 0;
    while (taken.has(slot)) slot++;
    slots.set(label, slot);
    taken.add(slot);
  }
  return labels.map((label) => slots.get(label) ?? 0);
}

export function lineOptions(
  labels: readonly string[],
  slots: Map<string, number>,
  unit: string,
  compact: boolean,
  element: HTMLElement,
): uPlot.Options {
  const rem = remPixels();
  const font = `${Math.round(rem * 0.846)}px ${token('font-ui')}`;
  const axis = { stroke: token('ink-2'), font, ticks: { show: false } };
  const places = assignSlots(labels, slots);
  return {
    width: Math.max(50, element.clientWidth),
    height: Math.max(40, element.clientHeight),
    padding: compact ? [6, 26, 0, 0] : [12, 28, 0, 0],
    legend: { show: !compact, live: true },
    cursor: { points: { size: 6 }, y: false, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true, auto: false },
      y: {
        range: (_plot, min, max) => [Math.min(0, (min ?? 0) * 1.08), (max ?? 0) > 0 ? (max ?? 0) * 1.08 : 1],
      },
    },
    axes: [
      {
        ...axis,
        size: compact ? rem * 1.3 : rem * 2.2,
        space: 76,
        gap: 2,
        grid: { show: !compact, stroke: token('line'), width: 1 },
        values: (_plot, splits) => splits.map((seconds) => timeText(seconds)),
      },
      {
        ...axis,
        size: (_plot, texts) => widest(texts ?? []) * rem * 0.52 + rem * 1.2,
        space: compact ? 26 : 34,
        gap: 6,
        grid: { stroke: token('line'), width: 1 },
        ...(compact ? { splits: (_plot, _axis, _min, max) => [0, roundBelow(max)] } : {}),
        values: (_plot, splits) =>
          splits.map((value, at) =>
            // In a strip the zero would stand in the time's place.
            compact && value === 0
              ? ''
              : // What lies below zero is another host's, not less than nothing.
                axisText(Math.abs(value), unit, at === splits.length - 1 && !compact),
          ),
      },
    ],
    series: [
      { label: 'time', value: (_plot, seconds) => (seconds === null ? '' : timeText(seconds)) },
      ...labels.map((label, at) => {
        const slot = places[at] ?? at;
        const colour = seriesColour(slot);
        return {
          label,
          stroke: colour,
          width: 1.5,
          dash: DASHES[slot % DASHES.length] ?? [],
          points: { show: false },
          spanGaps: true,
          value: (_plot: uPlot, value: number | null) =>
            value === null ? '–' : quantityText(Math.abs(value), unit),
          ...(labels.length === 1 ? { fill: `${colour}2e` } : {}),
        };
      }),
    ],
  };
}

function widest(texts: readonly string[]): number {
  return Math.max(3, ...texts.map((text) => text.length));
}

/** The largest of 1, 2 and 5 times a power of ten that `value` reaches: the one line of a strip, which has room for no more. */
function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}
