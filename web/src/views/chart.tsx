import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Series } from '../session/decoder.ts';
import { usePreferences } from '../session/preferences.ts';
import { remPixels, seriesColour, token } from '../ui/theme.ts';
import styles from './chart.module.css';
import { shortNumber } from './numbers.ts';
import { timeText } from './series-table.ts';

/** Lines differ by dash as well as by colour. */
const DASHES: number[][] = [[], [7, 3], [2, 2], [8, 3, 2, 3], [4, 4], [12, 3], [1, 3], [6, 2, 1, 2]];

/** Lines over time. `compact` is a strip: no legend, two labels on the axis. */
export function Chart({
  series,
  compact = false,
  label,
}: {
  series: Series;
  compact?: boolean;
  label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);
  const shape = series.lines.map((line) => line.label).join('\n');
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = [series.times, ...series.lines.map((line) => line.values)];

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and scale change the tokens that are read here
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(optionsOf(shape, series.unit, compact, element), data.current, element);
    plot.current = made;
    const fit = (): void => {
      const legend = element.querySelector<HTMLElement>('.u-legend')?.offsetHeight ?? 0;
      made.setSize({ width: element.clientWidth, height: Math.max(40, element.clientHeight - legend) });
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, series.unit, compact, theme, scale]);

  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const now = plot.current;
      now?.setData(data.current);
      // Where nobody points, the legend tells the newest values.
      if (now && (now.cursor.left ?? -1) < 0) now.setLegend({ idx: data.current[0].length - 1 });
    });
    return () => cancelAnimationFrame(frame);
  });

  return <div ref={place} className={styles.chart} role="img" aria-label={label} data-testid="chart" />;
}

const SPAN_MIN = 30;

function optionsOf(shape: string, unit: string, compact: boolean, element: HTMLElement): uPlot.Options {
  const rem = remPixels();
  const font = `${Math.round(rem * 0.846)}px ${token('font-ui')}`;
  const axis = { stroke: token('ink-2'), font, ticks: { show: false } };
  const labels = shape === '' ? [] : shape.split('\n');
  return {
    width: Math.max(50, element.clientWidth),
    height: Math.max(40, element.clientHeight),
    padding: compact ? [6, 26, 0, 0] : [12, 28, 0, 0],
    legend: { show: !compact, live: true },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: {
        time: true,
        range: (_plot, min, max) => [Math.min(min ?? 0, (max ?? 0) - SPAN_MIN), max ?? 0],
      },
      y: { range: (_plot, min, max) => [Math.min(0, min ?? 0), Math.max(1, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: compact ? rem * 1.3 : rem * 2.2,
        space: 70,
        gap: 2,
        grid: { show: !compact, stroke: token('line'), width: 1 },
        values: (_plot, splits) => splits.map((seconds) => timeText(seconds)),
      },
      {
        ...axis,
        size: rem * 4.2,
        space: compact ? 26 : 34,
        gap: 6,
        grid: { stroke: token('line'), width: 1 },
        ...(compact ? { splits: (_plot, _axis, _min, max) => [0, roundBelow(max)] } : {}),
        values: (_plot, splits) =>
          splits.map((value, at) =>
            // In a strip the zero would stand in the time's place.
            compact && value === 0
              ? ''
              : at === splits.length - 1 && !compact
                ? `${shortNumber(value)} ${unit}`
                : shortNumber(value),
          ),
      },
    ],
    series: [
      { label: 'time', value: (_plot, seconds) => (seconds === null ? '' : timeText(seconds)) },
      ...labels.map((label, at) => {
        const colour = seriesColour(at);
        return {
          label,
          stroke: colour,
          width: 1.5,
          dash: DASHES[at % DASHES.length] ?? [],
          points: { show: false },
          spanGaps: true,
          value: (_plot: uPlot, value: number | null) =>
            value === null ? '–' : `${shortNumber(value)} ${unit}`,
          ...(labels.length === 1 ? { fill: `${colour}2e` } : {}),
        };
      }),
    ],
  };
}

/** The largest of 1, 2 and 5 times a power of ten that `value` reaches: the one line of a strip, which has room for no more. */
function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}
