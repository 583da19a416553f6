import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { usePreferences } from '../../session/preferences.ts';
import { remPixels } from '../../ui/theme.ts';
import { createScrollPlace, type ScrollPlace } from './scroll-place.ts';
import { scrollRange } from './scroll-range.ts';

/** Rows drawn beyond what can be seen. */
const OVERSCAN = 6;
/** Rows are drawn in steps of so many, not anew for every pixel. */
const STEP = 4;
/** So long after a wheel or a finger moved, in milliseconds, what is scrolled was scrolled by it. */
const HAND = 300;

/** Which rows of a scrolled list of equal rows are to be drawn, and asked for. It stays the same while few are scrolled. */
export interface RowsInView {
  /** Rows that are seen, at most. */
  seen: number;
  /** Rows to draw while it is scrolled, and which is the first of them now. */
  count: number;
  first(): number;
  /** Called when this list is what is on screen: a drawing may be given up before that. */
  fit(): void;
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
  const seen = Math.ceil(view / rowHeight) + 1;
  const count = seen + 2 * OVERSCAN + STEP;
  const first = (): number => {
    // What is drawn may be another list than that on screen, see `fit`.
    const row = Math.min(Math.floor(place.row), Math.floor(range.end / rowHeight));
    return Math.max(0, Math.floor((row - OVERSCAN) / STEP) * STEP);
  };

  // While the newest are followed nothing is scrolled, and one screen will do.
  const look = (): void => setBlock(Math.ceil(first() / count));
  const latest = useRef(look);
  latest.current = look;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another total or height there may be other rows to ask for
  useLayoutEffect(() => latest.current(), [total, count, rowHeight]);
  useEffect(() => place.onGone(() => latest.current()), [place]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let handAt = Number.NEGATIVE_INFINITY;
    const onHand = (): void => {
      handAt = performance.now();
    };
    const onScroll = (): void => {
      place.scrolled(element.scrollTop, performance.now() - handAt < HAND);
      latest.current();
    };
    // The head stays where it is, and pinned rows with it: what is left is for rows that scroll.
    const head = element.firstElementChild;
    const observer = new ResizeObserver(() =>
      setView(Math.max(0, element.clientHeight - (head?.clientHeight ?? 0))),
    );
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onHand, { passive: true });
    element.addEventListener('touchmove', onHand, { passive: true });
    observer.observe(element);
    if (head) observer.observe(head);
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onHand);
      element.removeEventListener('touchmove', onHand);
      observer.disconnect();
    };
  }, [scroller, place]);

  return {
    seen,
    count,
    first,
    fit: () => place.fit(range, view, rowHeight),
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
      if (row < place.row) place.goTo(row * rowHeight);
      else if (row + 1 > place.row + shown) place.goTo((row + 1 - shown) * rowHeight);
    },
    toTop: () => place.goTo(0),
  };
}
