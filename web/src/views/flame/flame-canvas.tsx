import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { usePreferences } from '../../session/preferences.ts';
import { remPixels, token } from '../../ui/theme.ts';
import { drawFlame, type FlameScene, type FlameSizes, nodeUnder, rowsOf, topOfRow } from './draw-flame.ts';
import styles from './flame.module.css';
import { type FlameColours, flameColours } from './flame-colours.ts';

/** Height of a row, in rem. */
const ROW = 1.46;

/** The picture of a flame graph. What it shows is in `scene`; it tells where the pointer is and which keys are pressed. */
export function FlameCanvas({
  scene,
  label,
  spoken,
  onHover,
  onPick,
  onKey,
}: {
  scene: FlameScene;
  label: string;
  /** The selected frame in words, for those who don't see it. */
  spoken: string;
  /** Node and place of the pointer within the view, in CSS pixels. */
  onHover(node: number | undefined, x: number, y: number): void;
  onPick(node: number): void;
  /** @returns whether the key meant something */
  onKey(event: KeyboardEvent): boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  const colours = useRef<FlameColours>(undefined);
  const row = Math.round(ROW * remPixels());
  const height = rowsOf(scene) * row;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens are others in another theme
  useLayoutEffect(() => {
    colours.current = flameColours();
  }, [theme]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const fit = (): void => setRoom({ width: element.clientWidth, height: element.clientHeight });
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  function sizes(): FlameSizes {
    const ratio = window.devicePixelRatio || 1;
    return {
      width: Math.round(room.width * ratio),
      height: Math.round(room.height * ratio),
      row: Math.round(row * ratio),
      top: Math.round((scroller.current?.scrollTop ?? 0) * ratio),
      ratio,
      font: `${Math.round(remPixels() * 0.86 * ratio)}px ${token('font-mono')}`,
    };
  }

  function draw(): void {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context || room.width === 0) return;
    const now = sizes();
    if (element.width !== now.width || element.height !== now.height) {
      element.width = now.width;
      element.height = now.height;
    }
    colours.current ??= flameColours();
    drawFlame(context, scene, now, colours.current);
  }

  const latest = useRef(draw);
  latest.current = draw;

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when any of what is drawn changes
  useEffect(() => {
    const frame = requestAnimationFrame(() => latest.current());
    return () => cancelAnimationFrame(frame);
  }, [scene, room, theme, scale]);

  // The root of rising flames is at the lower end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the picture turns over or its room changes
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = scene.rising ? height : 0;
  }, [scene.rising, room.height]);

  // What the keyboard selects is brought into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another is selected
  useEffect(() => {
    const element = scroller.current;
    if (!element || scene.selected === 0) return;
    const { ratio, ...now } = sizes();
    const top = topOfRow(scene, { ...now, ratio }, scene.index.depths[scene.selected] as number) / ratio;
    if (top < element.scrollTop) element.scrollTop = top - row;
    else if (top + row > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + 2 * row - element.clientHeight;
    }
  }, [scene.selected, scene.zoomed]);

  function under(event: MouseEvent): number | undefined {
    const rect = canvas.current?.getBoundingClientRect();
    if (!rect) return undefined;
    const now = sizes();
    return nodeUnder(
      scene,
      now,
      (event.clientX - rect.left) * now.ratio,
      (event.clientY - rect.top) * now.ratio,
    );
  }

  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="application"
      aria-label={label}
      aria-describedby="flame-spoken"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys walk the picture
      tabIndex={0}
      data-testid="flame-canvas"
      onScroll={draw}
      onKeyDown={(event) => {
        if (onKey(event)) event.preventDefault();
      }}
      onMouseMove={(event) => {
        const rect = scroller.current?.parentElement?.getBoundingClientRect();
        onHover(under(event), event.clientX - (rect?.left ?? 0), event.clientY - (rect?.top ?? 0));
      }}
      onMouseLeave={() => onHover(undefined, 0, 0)}
      onClick={(event) => {
        const node = under(event);
        if (node !== undefined) onPick(node);
      }}
    >
      <div style={{ height: Math.max(height, room.height) }}>
        <canvas ref={canvas} className={styles.canvas} style={{ width: room.width, height: room.height }} />
      </div>
      <span id="flame-spoken" className={styles.spoken} aria-live="polite" data-testid="flame-spoken">
        {spoken}
      </span>
    </div>
  );
}
