/** What tests of pictures share. */
import assert from 'node:assert/strict';
import { type Paint, type Picture, svgOf } from '../picture.ts';

export const PAINT: Paint = {
  ground: '#fff',
  ink: '#000',
  faint: '#555',
  line: '#ddd',
  control: '#777',
  hatch: '#111',
  font: '"Inter", sans-serif',
  fontSize: 12,
  series: (index) => ['#e69f00', '#56b4e9'][index % 2] ?? '',
  ramp: (part) => `rgb(${Math.round(part * 255)} 0 0)`,
};
const SIZE = { width: 800, height: 400 };
export const svg = (picture: Picture, size = SIZE): string => svgOf(picture, 'run <1> · local', PAINT, size);
/** Every element that is opened is closed, attributes are quoted, and nothing stands outside. */
export function assertWellFormed(text: string): void {
  const open: string[] = [];
  for (const [, closing, name, attributes, single] of text.matchAll(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (closing) assert.equal(open.pop(), name, attributes);
    else if (!single) open.push(name ?? '');
  }
  assert.deepEqual(open, []);
  const left = text.replace(/<\/?[a-zA-Z]+(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, '');
  assert.doesNotMatch(left, /[<>]/);
}
