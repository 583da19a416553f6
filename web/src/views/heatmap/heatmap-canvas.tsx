import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
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
import { remPixels } from '../../ui/theme.ts';
import { timeText } from '../chart/series-table.ts';
import { pressChartKey } from '../chart-keys.ts';
import { rangeText } from '../quantity.ts';
import { drawHeatmap } from './draw-heatmap.ts';
import styles from './heatmap.module.css';
import { type Cell, cellAt, type HeatGrid, type HeatLayout, layoutOf, placeOf } from './heatmap-layout.ts';
import type { CellShade } from './shade.ts';

const DRAG_LEAST = 4;

/** What is in the cells, as they show it and as they say it. */
export interface CellContent {
  /** Asked for each drawing, for the theme may be another. */
  shade(): CellShade;
  /** What is in the cell at this place among the counts, exactly. */
  tell(at: number): string;
}

/** One heatmap over what the time axis shows. The arrow keys go from cell to cell, and what is in it is said. */
export function HeatmapCanvas({ map, content }: { map: HeatGrid; content: CellContent }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useRef<HeatLayout>(undefined);
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);
  const [cell, setCell] = useState<Cell>();
  const [keyed, setKeyed] = useState(false);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const shown = cell && cell.column < map.times.length ? cell : undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and scale change the tokens that are read here
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = (): void => {
      const axis = useTimeAxis.getState();
      const size = { width: element.clientWidth, height: element.clientHeight };
      layout.current = layoutOf(map, shownRange(axis), size, remPixels());
      drawHeatmap(element, map, layout.current, content.shade(), {
        cursor: axis.cursor,
        cell: keyed ? shown : undefined,
      });
    };
    let frame = requestAnimationFrame(draw);
    const later = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    };
    const observer = new ResizeObserver(later);
    observer.observe(element);
    const end = useTimeAxis.subscribe(later);
    return () => {
      end();
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [map, content, theme, scale, shown, keyed]);

  const pointOf = (event: PointerEvent): { x: number; y: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onMove = (event: PointerEvent): void => {
    const now = layout.current;
    if (!now) return;
    const { x, y } = pointOf(event);
    if (drag) {
      setDrag({ ...drag, to: x });
      return;
    }
    setKeyed(false);
    setCell(cellAt(map, now, x, y));
    const inside = x >= now.left && x <= now.left + now.width;
    setCursor(inside ? now.momentAt(x) : undefined);
  };
  const onUp = (): void => {
    const now = layout.current;
    if (drag && now && Math.abs(drag.to - drag.from) > DRAG_LEAST) {
      const [from, to] = [drag.from, drag.to].sort((a, b) => a - b) as [number, number];
      showRange({ from: now.momentAt(from), to: now.momentAt(to) });
    } else if (drag && now && drag.to >= now.left && drag.to <= now.left + now.width) {
      seekMoment(now.momentAt(drag.to));
    }
    setDrag(undefined);
  };
  const onKey = (event: KeyboardEvent): void => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (move && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      const rows = map.edges.length - 1;
      const from = shown ?? { column: map.times.length, row: Math.floor(rows / 2) };
      const next = {
        column: Math.max(0, Math.min(map.times.length - 1, from.column + (move[0] ?? 0))),
        row: Math.max(0, Math.min(rows - 1, from.row + (move[1] ?? 0))),
      };
      setKeyed(true);
      setCell(next);
      setCursor((map.times[next.column] ?? 0) + map.step / 2);
      return;
    }
    pressChartKey(event, (by) =>
      setCursor((useTimeAxis.getState().cursor ?? map.times.at(-1) ?? 0) + by * map.step),
    );
  };

  const text = shown && `${cellText(map, shown)} · ${content.tell(placeOf(map, shown))}`;
  return (
    <div className={styles.place}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        role="img"
        aria-label={`${map.label}: a heatmap. The arrow keys go from cell to cell. ${text ?? ''}`}
        tabIndex={0}
        data-testid="heatmap"
        data-columns={map.times.length}
        onKeyDown={onKey}
        onPointerMove={onMove}
        onPointerLeave={() => {
          setDrag(undefined);
          if (!keyed) setCell(undefined);
          leaveCursor();
        }}
        onPointerDown={(event) => {
          const { x } = pointOf(event);
          setDrag({ from: x, to: x });
        }}
        onPointerUp={onUp}
        onDoubleClick={followTime}
      />
      {drag && Math.abs(drag.to - drag.from) > DRAG_LEAST && (
        <div
          className={styles.drag}
          style={{ left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }}
        />
      )}
      <output className={styles.told} data-testid="heatmap-cell">
        {text ?? ''}
      </output>
    </div>
  );
}

/** When and of which size a cell's values are. */
function cellText(map: HeatGrid, cell: Cell): string {
  const from = map.times[cell.column] ?? 0;
  const when = map.step === 1 ? timeText(from) : `${timeText(from)} – ${timeText(from + map.step)}`;
  return `${when} · ${rangeText(map.edges[cell.row] ?? 0, map.edges[cell.row + 1] ?? 0, map.unit)}`;
}
