import { type ScrollRange, scrollRange } from './scroll-range.ts';

/**
 * Where a list of rows is scrolled to. In one that is longer than a browser can scroll, the scroll bar's place stands for the whole list,
 * but a wheel moves the rows by as many pixels as in any other list: the two are brought together again when the scrolling rests.
 */
export interface ScrollPlace {
  /** Pixels of rows above what is seen, and how many rows that is, with a fraction. */
  readonly y: number;
  readonly row: number;
  /** Pixels that the element is scrolled by. */
  readonly top: number;
  /** The list on screen has this range now, so many pixels of it are seen, and a row has so many. With other rows' heights the rows stay. */
  fit(range: ScrollRange, view: number, rowHeight: number): void;
  /**
   * The browser has scrolled the element so far: a little, or by a leap.
   * @param byHand a wheel or a finger has moved just now, and went far if the page was busy
   */
  scrolled(top: number, byHand?: boolean): void;
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

/** Browsers round what they have scrolled to dots of the screen. */
const ROUNDED = 1;
/** Pixels that a wheel or a finger may go while a page is busy: some seconds of the fastest. */
const HAND_MOST = 50_000;

export function createScrollPlace(): ScrollPlace {
  const listeners = new Set<() => void>();
  let range = scrollRange(0, 1, 0);
  let view = 0;
  let rowHeight = 1;
  let y = 0;
  let top = 0;
  const within = (wanted: number): number => Math.max(0, Math.min(wanted, range.end));
  const due = (): number | undefined => {
    const wanted = range.topAt(y);
    return Math.abs(wanted - top) < ROUNDED ? undefined : wanted;
  };

  return {
    get y() {
      return y;
    },
    get row() {
      return y / rowHeight;
    },
    get top() {
      return top;
    },
    get atEnd() {
      return top <= ROUNDED || top >= range.endTop - ROUNDED;
    },
    fit(next, height, each) {
      range = next;
      view = height;
      // Further than that no browser leaves it scrolled.
      top = Math.min(top, range.endTop);
      if (each !== rowHeight) y = within((y / rowHeight) * each);
      else y = within(range.scaled ? y : top);
      rowHeight = each;
    },
    scrolled(next, byHand = false) {
      const moved = next - top;
      top = next;
      // The least that a scroll bar moves by, on a screen of four dots a pixel too, is more than most wheels do at once.
      const leap = byHand ? HAND_MOST : range.height / Math.max(1, view) / 4;
      const isLeap = Math.abs(moved) >= leap;
      y = within(range.scaled && !isLeap ? y + moved : range.yAt(next));
    },
    goTo(wanted) {
      const before = y;
      y = within(wanted);
      if (y === before && due() === undefined) return;
      for (const listener of listeners) listener();
    },
    due,
    settled(now) {
      top = now;
    },
    onGone(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
