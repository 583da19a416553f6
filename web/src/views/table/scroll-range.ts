/** How the rows of a list lie in the height that a browser can scroll. All in pixels: `y` of rows, `top` of what is scrolled. */
export interface ScrollRange {
  /** Of the body that is scrolled. */
  height: number;
  /** `y` at the end of the list, and `top` there. */
  end: number;
  endTop: number;
  /** The list is longer than the height: but for its ends, a pixel of the scroll bar is more than a pixel of rows. */
  scaled: boolean;
  yAt(top: number): number;
  topAt(y: number): number;
}

/** Chromium caps an element at 33.5 million dots of the screen (docs: FACTS), Firefox at 17.8: enough for a zoom of 300 %. */
export const HEIGHT_MAX = 5_000_000;

/** The part of the height at each end that lies there pixel by pixel: nobody comes to an end of the height before the rows'. */
const MARGIN = 8;

export function scrollRange(
  total: number,
  rowHeight: number,
  view: number,
  heightMax = HEIGHT_MAX,
): ScrollRange {
  const full = total * rowHeight;
  const end = Math.max(0, full - view);
  if (full <= heightMax) {
    return { height: full, end, endTop: end, scaled: false, yAt: (top) => top, topAt: (y) => y };
  }
  const endTop = heightMax - view;
  const margin = heightMax / MARGIN;
  const scale = (end - 2 * margin) / (endTop - 2 * margin);
  return {
    height: heightMax,
    end,
    endTop,
    scaled: true,
    yAt(top) {
      if (top <= margin) return top;
      if (top >= endTop - margin) return end - (endTop - top);
      return margin + (top - margin) * scale;
    },
    topAt(y) {
      if (y <= margin) return y;
      if (y >= end - margin) return endTop - (end - y);
      return margin + (y - margin) / scale;
    },
  };
}
