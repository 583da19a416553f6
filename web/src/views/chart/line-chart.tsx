import { type KeyboardEvent, memo, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { nearestPoint } from './nearest-point.ts';
import 'uplot/dist/uPlot.min.css';
import type { Series } from '../../session/decoder.ts';
import { usePreferences } from '../../session/preferences.ts';
import {
  followTime,
  leaveCursor,
  seekMoment,
  setCursor,
  shownRange,
  showRange,
  useTimeAxis,
} from '../../session/time-axis.ts';
import { pressChartKey } from '../chart-keys.ts';
import { groupDigits } from '../numbers.ts';
import styles from './chart.module.css';
import { lineOptions } from './line-options.ts';

/** Drags of fewer pixels are clicks. */
const DRAG_LEAST = 4;

/**
 * Lines over what the time axis shows. A drag zooms, a click seeks the rows of its moment, a double click follows again, the cursor is on the same moment in all charts.
 * `compact` is a strip: no legend, two labels on the axis. `mirrored` lines are drawn below zero.
 */
export const LineChart = memo(function LineChart({
  series,
  compact = false,
  label,
  mirrored,
}: {
  series: Series;
  compact?: boolean;
  label: string;
  mirrored?: ReadonlySet<number>;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);
  const slots = useRef(new Map<string, number>());
  const shape = series.lines.map((line) => line.label).join('\n');
  const below = [...(mirrored ?? [])].join();
  const shown = useRef(series);
  shown.current = series;
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = [
    series.times,
    ...series.lines.map(({ values }, at) =>
      mirrored?.has(at) ? values.map((value) => (value === null ? null : -value)) : values,
    ),
  ];

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and scale change the tokens that are read here
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(
      {
        ...lineOptions(shape === '' ? [] : shape.split('\n'), slots.current, series.unit, compact, element),
        hooks: {
          setCursor: [
            (self) => {
              const { left, event } = self.cursor;
              // Moved by the mouse over this chart, not by the axis.
              if (!event || left === undefined || left === null) return;
              if (left < 0) leaveCursor();
              else setCursor(self.posToVal(left, 'x'));
            },
          ],
          setSelect: [
            (self) => {
              const { left, width } = self.select;
              if (width < DRAG_LEAST) return;
              showRange({ from: self.posToVal(left, 'x'), to: self.posToVal(left + width, 'x') });
              self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
            },
          ],
        },
      },
      data.current,
      element,
    );
    plot.current = made;
    made.over.addEventListener('dblclick', followTime);
    let pressed = 0;
    made.over.addEventListener('pointerdown', ({ clientX }) => {
      pressed = clientX;
    });
    made.over.addEventListener('click', ({ clientX, detail }) => {
      const { left } = made.cursor;
      const isClick = detail === 1 && Math.abs(clientX - pressed) < DRAG_LEAST;
      if (!isClick || left === undefined || left === null || left < 0) return;
      const moment = made.posToVal(left, 'x');
      seekMoment(moment, stepEnd(shown.current, moment));
    });
    const fit = (): void => {
      const legend = element.querySelector<HTMLElement>('.u-legend')?.offsetHeight ?? 0;
      made.setSize({ width: element.clientWidth, height: Math.max(40, element.clientHeight - legend) });
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    const end = useTimeAxis.subscribe((now, before) => {
      const moved = now.held !== before.held || now.span !== before.span;
      if (moved) fitTime(made);
      if (moved || now.cursor !== before.cursor) showCursor(made, now.cursor);
    });
    return () => {
      end();
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, below, series.unit, compact, theme, scale]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when there is something else to draw, or when it was made anew
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const now = plot.current;
      if (!now) return;
      fitTime(now, data.current);
      showCursor(now, useTimeAxis.getState().cursor);
    });
    return () => cancelAnimationFrame(frame);
  }, [series, shape, below, compact, theme, scale]);

  const onKey = (event: KeyboardEvent): void =>
    pressChartKey(
      event,
      (by) => moveCursor(series.times, by),
      (moment) => stepEnd(series, moment),
    );

  return (
    <div
      ref={place}
      className={styles.chart}
      role="img"
      aria-label={label}
      aria-keyshortcuts="Space + - ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight Enter Home End"
      tabIndex={compact ? -1 : 0}
      data-testid="chart"
      data-points={groupDigits(series.times.length)}
      onKeyDown={onKey}
    />
  );
});

/** The plot shows what the axis says, at once: a moment's place is told by the scale of now. */
function fitTime(plot: uPlot, data?: uPlot.AlignedData): void {
  const { from, to } = shownRange(useTimeAxis.getState());
  plot.batch(() => {
    if (data) plot.setData(data, false);
    plot.setScale('x', { min: from, max: to });
  });
}

/** The axis' moment as a line; the legend tells the values there, or the newest where there is none. */
function showCursor(plot: uPlot, moment: number | undefined): void {
  const times = plot.data[0];
  if (moment === undefined) {
    plot.setCursor({ left: -10, top: -10 }, false);
    plot.setLegend({ idx: times.length - 1 }, false);
    return;
  }
  if (plot.cursor.event) return;
  plot.setCursor(
    { left: plot.valToPos(moment, 'x'), top: (plot.cursor.top ?? -1) < 0 ? 0 : (plot.cursor.top ?? 0) },
    false,
  );
  plot.setLegend({ idx: plot.valToIdx(moment) }, false);
}

/** Where what is counted at the point nearest to a moment ends. */
function stepEnd({ times, reach }: Pick<Series, 'times' | 'reach'>, moment: number): number {
  const nearest = times[nearestPoint(times, moment)];
  const isBefore = moment < (times[0] ?? moment);
  return nearest === undefined || reach === undefined || isBefore ? moment : nearest + reach;
}

/** From the newest point on to the one before, or on from where the cursor is. */
function moveCursor(times: readonly number[], by: number): void {
  const { cursor } = useTimeAxis.getState();
  const { from, to } = shownRange(useTimeAxis.getState());
  const shown = times.filter((time) => time >= from && time <= to);
  if (shown.length === 0) return;
  const at = cursor === undefined ? shown.length : shown.findLastIndex((time) => time <= cursor + 1e-6);
  setCursor(shown[Math.max(0, Math.min(shown.length - 1, at + by))]);
}
