import { shownRange, useTimeAxis } from '../session/time-axis.ts';
import type { Picture } from './picture/picture.ts';
import { pngBlob, svgBlob } from './picture/take-picture.ts';
import { fileName, runName, saveFile } from './save-file.ts';

/** Saves a picture of a view of a source. */
export async function savePicture(
  picture: Picture,
  caption: string,
  source: string,
  view: string,
  ending: 'png' | 'svg',
): Promise<void> {
  const blob = ending === 'svg' ? svgBlob(picture, caption) : await pngBlob(picture, caption);
  saveFile(blob, fileName(source, view, ending));
}

/** Where from and of which time: what somebody who finds the picture later wants to know. */
export function captionOf(source: string): string {
  const { from, to } = shownRange(useTimeAxis.getState());
  const time = (seconds: number): string => new Date(seconds * 1000).toLocaleTimeString('en-GB');
  const end = new Date(to * 1000).toLocaleString('en-GB', { timeZoneName: 'short' });
  return [runName(), source, `${time(from)} to ${end}`].filter(Boolean).join(' · ');
}
