import { type ScrollRange, scrollRange } from './scroll-range.ts';

/**
 * Where a list of rows is scrolled to. In one that is longer than a browser can scroll, the scroll bar's place stands for the whole list,
 * but a wheel moves the rows by as many pixels as in any other list: the two are brought together again when the scrolling rests.
 */
export interface ScrollPlace {
  /** Pixels of rows above what is seen. */
  readonly y: number;
  /** Pixels that the element is scrolled by. */
  readonly top: number;
  /** The list has this range now, and so many pixels of it are seen. */
  fit(range: ScrollRange, view: number): void;
  /** The browser has scrolled the element so far: a little, or by a leap. */
  scrolled(top: number): void;
  /** Goes to a row's pixel. The element is to be scrolled to what `due` says then. */
  goTo(y: number): void;
  /** What the element should be scrolled by, where it isn't. */
  due(): number | undefined;
  /** The element has been scrolled by this, and no row has moved. */
  settled(top: number): void;
  /** Nothing is left to scroll in the element. */
  readonly atEnd: boolean;
  /** Calls back after `goTo`. @returns what ends it */
  onGone(listener: () => void): () => void;
}

export function createScrollPlace(): ScrollPlace {
  const listeners = new Set<() => void>();
  let range = scrollRange(0, 1, 0);
  let view = 0;
  let y = 0;
  let top = 0;
  const within = (wanted: number): number => Math.max(0, Math.min(wanted, range.end));

  return {
    get y() {
      return y;
    },
    get top() {
      return top;
    },
    get atEnd() {
      return top <= 0 || top >= range.endTop;
    },
    fit(next, height) {
      range = next;
      view = height;
      y = within(range.scaled ? y : top);
    },
    scrolled(next) {
      const moved = next - top;
      top = next;
      // The least that a scroll bar moves by, on a screen of four dots a pixel too, is more than any wheel does at once.
      const leap = range.height / Math.max(1, view) / 4;
      y = within(range.scaled && Math.abs(moved) < leap ? y + moved : range.yAt(next));
    },
    goTo(wanted) {
      y = within(wanted);
      for (const listener of listeners) listener();
    },
    due() {
      const wanted = range.topAt(y);
      return Math.abs(wanted - top) < 1 ? undefined : wanted;
    },
    settled(now) {
      top = now;
    },
    onGone(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
