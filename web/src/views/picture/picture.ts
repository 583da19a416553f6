/** Charts as drawings of their own: vectors for SVG, and from those the pixels of a PNG. Lengths are in CSS pixels. */

/** What a view draws of itself when somebody takes its picture. */
export interface Picture {
  title: string;
  /** How high it has to be at a width to show all; absent: any height will do. */
  height?(paint: Paint, width: number): number;
  /** SVG elements within `size`, as many as fit; everything from outside goes through `escapeXml`. */
  draw(paint: Paint, size: Size): string;
}

export interface Size {
  width: number;
  height: number;
}

/** Colours and font of the page's theme, read when the picture is taken. */
export interface Paint {
  ground: string;
  ink: string;
  faint: string;
  line: string;
  /** As `line`, where it has to be seen by itself. */
  control: string;
  /** Lines over colours. */
  hatch: string;
  /** By name, so that a picture needs no font file. */
  font: string;
  fontSize: number;
  series(index: number): string;
  /** Viridis, for 0 … 1. */
  ramp(part: number): string;
}

const MARGIN = 16;
/** As wide as a page of a document, whatever the window's size; as high where nothing else asks for more or less. */
const WIDTH = 1280;
const HEIGHT = 640;

/** The size of the whole picture. */
export function sizeOf({ height }: Picture, paint: Paint): Size {
  if (height === undefined) return { width: WIDTH, height: HEIGHT };
  const { head, foot } = margins(paint);
  return {
    width: WIDTH,
    height: Math.ceil(height(paint, WIDTH - 2 * MARGIN) + head + foot + paint.fontSize),
  };
}

function margins({ fontSize }: Paint): { head: number; foot: number } {
  return { head: MARGIN + fontSize * 2, foot: MARGIN + fontSize };
}

/** The whole picture with its title, and below it where it comes from. */
export function svgOf(picture: Picture, caption: string, paint: Paint, size: Size): string {
  const { fontSize, font, ground, ink, faint } = paint;
  const { head, foot } = margins(paint);
  const inner = { width: size.width - 2 * MARGIN, height: size.height - head - foot - fontSize };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${escapeXml(font)}" font-size="${fontSize}">`,
    `<title>${escapeXml(picture.title)}</title>`,
    `<rect width="100%" height="100%" fill="${escapeXml(ground)}"/>`,
    textAt(MARGIN, MARGIN + fontSize, picture.title, { fill: ink, weight: 600 }),
    `<g transform="translate(${MARGIN} ${head})">${picture.draw(paint, inner)}</g>`,
    textAt(MARGIN, size.height - MARGIN, caption, { fill: faint }),
    '</svg>',
  ].join('\n');
}

/** Text that a probe wrote stands in pictures too. Characters that XML can't hold are left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function textAt(
  x: number,
  y: number,
  text: string,
  {
    fill,
    anchor = 'start',
    weight = 400,
  }: { fill: string; anchor?: 'start' | 'middle' | 'end'; weight?: number },
): string {
  return `<text x="${short(x)}" y="${short(y)}" fill="${escapeXml(fill)}" text-anchor="${anchor}" font-weight="${weight}">${escapeXml(text)}</text>`;
}

/** Two digits after the point are finer than any screen. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** As much of a text as fits, by a mean width of its letters. */
export function fitted(text: string, width: number, { fontSize }: Paint): string {
  const most = Math.max(1, Math.floor(width / (fontSize * 0.56)));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
