import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { usePreferences } from '../../session/preferences.ts';
import { remPixels } from '../../ui/theme.ts';
import { createScrollPlace, type ScrollPlace } from './scroll-place.ts';
import { scrollRange } from './scroll-range.ts';

/** Rows drawn beyond what can be seen. */
const OVERSCAN = 6;
/** Rows are drawn in steps of so many, not anew for every pixel. */
const STEP = 4;

/** Which rows of a scrolled list of equal rows are to be drawn, and asked for. It stays the same while few are scrolled. */
export interface RowsInView {
  /** Rows to draw, and which is the first of them now. */
  count: number;
  first(): number;
  /** What to ask for: more than is drawn, so that scrolling on finds rows at hand. */
  ask: { offset: number; limit: number };
  rowHeight: number;
  /** Rows that fit, one left out so that it is seen again. */
  page: number;
  /** Pixels of what is scrolled. */
  height: number;
  place: ScrollPlace;
  /** Scrolls as little as it takes for a row to be seen. */
  reveal(row: number): void;
  toTop(): void;
}

export function useRowsInView(scroller: RefObject<HTMLElement | null>, total: number): RowsInView {
  const scale = usePreferences((state) => state.scale);
  const [view, setView] = useState(600);
  const [block, setBlock] = useState(0);
  const [place] = useState(createScrollPlace);
  // The row's height is a token of 1.692 rem; whole pixels keep texts sharp.
  const rowHeight = Math.round(remPixels() * 1.692) || 22 * scale;
  const range = scrollRange(total, rowHeight, view);
  place.fit(range, view);
  const count = Math.ceil(view / rowHeight) + 2 * OVERSCAN + STEP;
  const first = (): number => {
    const seen = Math.min(Math.floor(place.y / rowHeight), total - 1);
    return Math.max(0, Math.floor((seen - OVERSCAN) / STEP) * STEP);
  };

  // While the newest are followed nothing is scrolled, and one screen will do.
  const look = (): void => setBlock(Math.ceil(first() / count));
  const latest = useRef(look);
  latest.current = look;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another total there may be other rows to ask for
  useLayoutEffect(() => latest.current(), [total, count]);
  useEffect(() => place.onGone(() => latest.current()), [place]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = (): void => {
      place.scrolled(element.scrollTop);
      latest.current();
    };
    // The head stays where it is, and pinned rows with it: what is left is for rows that scroll.
    const head = element.firstElementChild;
    const observer = new ResizeObserver(() =>
      setView(Math.max(0, element.clientHeight - (head?.clientHeight ?? 0))),
    );
    element.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(element);
    if (head) observer.observe(head);
    return () => {
      element.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, [scroller, place]);

  return {
    count,
    first,
    ask:
      block === 0
        ? { offset: 0, limit: count }
        : { offset: Math.max(0, block - 2) * count, limit: 4 * count },
    rowHeight,
    page: Math.max(1, Math.floor(view / rowHeight) - 1),
    height: range.height,
    place,
    reveal(row) {
      const shown = Math.floor(view / rowHeight);
      const seen = place.y / rowHeight;
      if (row < seen) place.goTo(row * rowHeight);
      else if (row + 1 > seen + shown) place.goTo((row + 1 - shown) * rowHeight);
    },
    toTop: () => place.goTo(0),
  };
}
