import { remPixels, seriesColour, token } from '../../ui/theme.ts';
import { type Paint, type Picture, sizeOf, svgOf } from './picture.ts';

/** Pixels of a PNG for each of a picture: sharp on dense screens and on paper. */
const DENSITY = 2;
/** Chromium's canvases take 16,384 pixels a side, Safari's 8,192. */
const PIXELS_MAX = 8_192;

/** The picture as vectors, in the colours of the page's theme. */
export function svgBlob(picture: Picture, caption: string): Blob {
  const paint = paintOf();
  return new Blob([svgOf(picture, caption, paint, sizeOf(picture, paint))], { type: 'image/svg+xml' });
}

/** The same in pixels. @throws Error when the browser can't draw it */
export async function pngBlob(picture: Picture, caption: string): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(picture, caption));
  const { width, height } = sizeOf(picture, paintOf());
  // A deep stack makes a high picture, and canvases end at this many pixels.
  const density = Math.min(DENSITY, PIXELS_MAX / height);
  try {
    const image = new Image(width * density, height * density);
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(Math.round(width * density), Math.round(height * density));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: 'image/png' });
  } finally {
    URL.revokeObjectURL(address);
  }
}

function paintOf(): Paint {
  const ramp = Array.from({ length: 5 }, (_, at) => channelsOf(token(`ramp-${at}`)));
  return {
    ground: token('ground'),
    ink: token('ink'),
    faint: token('ink-2'),
    line: token('line'),
    control: token('control'),
    hatch: token('hatch'),
    font: token('font-ui'),
    fontSize: Math.round(remPixels()),
    series: seriesColour,
    // The ends of the ramp are left out: they are hard to see on one of the themes.
    ramp(part) {
      const place = Math.min(0.95, 0.12 + Math.max(0, part) * 0.83) * 4;
      const stop = Math.min(3, Math.floor(place));
      const mixed = (ramp[stop] ?? []).map((from, channel) =>
        Math.round(from + ((ramp[stop + 1]?.[channel] ?? from) - from) * (place - stop)),
      );
      return `rgb(${mixed.join(' ')})`;
    },
  };
}

function channelsOf(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
