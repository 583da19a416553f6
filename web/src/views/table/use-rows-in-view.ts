import { type RefObject, useLayoutEffect, useState } from 'react';
import { usePreferences } from '../../session/preferences.ts';
import { remPixels } from '../../ui/theme.ts';
import { type ScrollRange, scrollRange } from './scroll-range.ts';

/** Rows drawn beyond what can be seen. */
const OVERSCAN = 6;

export interface RowsInView {
  /** First row to draw, and how many. */
  first: number;
  count: number;
  /** What to ask for: more than is drawn, so that scrolling on finds rows at hand, and not anew for every pixel. */
  ask: { offset: number; limit: number };
  rowHeight: number;
  /** Rows that fit, the head left out. */
  page: number;
  /** Pixels that are scrolled. */
  top: number;
  range: ScrollRange;
  /** Scrolls as little as it takes for a row to be seen. */
  reveal(row: number): void;
}

/** Which rows of a scrolled list of equal rows are to be drawn. */
export function useRowsInView(scroller: RefObject<HTMLElement | null>, total: number): RowsInView {
  const scale = usePreferences((state) => state.scale);
  const [place, setPlace] = useState({ top: 0, height: 600 });
  // The row's height is a token of 1.692 rem; whole pixels keep texts sharp.
  const rowHeight = Math.round(remPixels() * 1.692) || 22 * scale;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      setPlace((before) => {
        const next = { top: element.scrollTop, height: element.clientHeight };
        return before.top === next.top && before.height === next.height ? before : next;
      });
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(measure);
    };
    measure();
    element.addEventListener('scroll', later, { passive: true });
    const observer = new ResizeObserver(later);
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', later);
      observer.disconnect();
    };
  }, [scroller]);

  const range = scrollRange(total, rowHeight, place.height);
  const last = Math.max(0, total - 1);
  const atTop = Math.floor(range.rowAt(place.top));
  const first = Math.max(0, Math.min(atTop - OVERSCAN, last));
  const count = Math.ceil(place.height / rowHeight) + 2 * OVERSCAN;
  // While the newest are followed nothing is scrolled, and one screen will do.
  const block = first === 0 ? 0 : Math.max(0, Math.floor((first - count / 2) / count) * count);
  return {
    first,
    count,
    ask: { offset: block, limit: first === 0 ? count : 4 * count },
    rowHeight,
    page: Math.max(1, Math.floor(place.height / rowHeight) - 2),
    top: place.top,
    range,
    reveal(row) {
      const element = scroller.current;
      if (!element) return;
      const shown = Math.floor(element.clientHeight / rowHeight) - 1;
      const seen = range.rowAt(element.scrollTop);
      if (row < seen) element.scrollTop = range.topOf(row);
      else if (row + 1 > seen + shown) element.scrollTop = range.topOf(row + 1 - shown);
    },
  };
}
