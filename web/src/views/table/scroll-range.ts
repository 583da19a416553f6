/** How the rows of a list lie in the height that a browser can scroll. */
export interface ScrollRange {
  /** Pixels of the body. */
  height: number;
  /** The row at the top, with a fraction, when so many pixels are scrolled. */
  rowAt(top: number): number;
  /** What to scroll to for a row to be at the top. */
  topOf(row: number): number;
  /** Where a row is drawn in the body while `top` is scrolled. */
  yOf(row: number, top: number): number;
}

/** Chromium caps an element at 33.5 million pixels (docs: FACTS), Firefox at 17.8; at a zoom of 2 half of it is left. */
export const HEIGHT_MAX = 8_000_000;

/** Beyond that height a pixel of scrolling moves by more than a pixel of rows. */
export function scrollRange(
  total: number,
  rowHeight: number,
  view: number,
  heightMax = HEIGHT_MAX,
): ScrollRange {
  const full = total * rowHeight;
  if (full <= heightMax) {
    return {
      height: full,
      rowAt: (top) => top / rowHeight,
      topOf: (row) => row * rowHeight,
      yOf: (row) => row * rowHeight,
    };
  }
  const factor = (full - view) / (heightMax - view);
  return {
    height: heightMax,
    rowAt: (top) => (top * factor) / rowHeight,
    topOf: (row) => (row * rowHeight) / factor,
    yOf: (row, top) => top + row * rowHeight - top * factor,
  };
}
