import { type RefObject, useLayoutEffect, useState } from 'react';
import { usePreferences } from '../session/preferences.ts';
import { remPixels } from '../ui/theme.ts';

const OVERSCAN = 6;

export interface Visible {
  /** First row to draw and how many, overscan included. */
  offset: number;
  limit: number;
  rowHeight: number;
}

/** Which rows of a scrolled list of equal rows are to be drawn. */
export function useVisibleRows(scroller: RefObject<HTMLElement | null>, total: number): Visible {
  const scale = usePreferences((state) => state.scale);
  const [place, setPlace] = useState({ top: 0, height: 600 });
  const rowHeight = Math.round(remPixels() * 1.692 * 1) || 22 * scale;

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

  const offset = Math.max(0, Math.min(Math.floor(place.top / rowHeight) - OVERSCAN, Math.max(0, total - 1)));
  const limit = Math.ceil(place.height / rowHeight) + 2 * OVERSCAN;
  return { offset, limit, rowHeight };
}
