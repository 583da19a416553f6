import type { Distribution } from '../../session/aggregates.ts';
import { groupDigits, percentText } from '../numbers.ts';
import { escapeXml, fitted, type Paint, type Picture, type Size, short, textAt } from '../picture/picture.ts';
import { rangeText } from '../quantity.ts';

interface Host {
  id: string;
  name: string;
}

/** What two hosts have of one key, range by range. */
export interface HostPair {
  /** What is counted, without a host. */
  label: string;
  unit: string;
  names: readonly [left: string, right: string];
  /** Values that each has counted. */
  totals: readonly [left: number, right: number];
  ranges: readonly { from: number; to: number; left: Half; right: Half }[];
}

interface Half {
  count: number;
  /** Of all that the host has counted, so that a host that is busier is not wider for that alone: 0 … 1. */
  share: number;
}

/** The distributions of two hosts side by side, each range that either has, in ascending order. */
export function pairsOf(
  distributions: readonly Distribution[],
  hosts: readonly [left: Host, right: Host],
): HostPair[] {
  const [left, right] = hosts;
  const compared = distributions.filter(({ host }) => host === left.id || host === right.id);
  const keys = [...new Set(compared.map((each) => keyOf(each, hosts)))];
  return keys.map((label) => {
    const sides = [left, right].map(({ id }) =>
      compared.find((each) => each.host === id && keyOf(each, hosts) === label),
    );
    const bars = sides.flatMap((each) => each?.bars ?? []);
    const ranges = [...new Map(bars.map(({ from, to }) => [from, to]))].sort(([a], [b]) => a - b);
    return {
      label,
      unit: sides.find((each) => each !== undefined)?.unit ?? '',
      names: [left.name, right.name],
      totals: [sides[0]?.total ?? 0, sides[1]?.total ?? 0],
      ranges: ranges.map(([from, to]) => ({
        from,
        to,
        left: halfOf(sides[0], from),
        right: halfOf(sides[1], from),
      })),
    };
  });
}

function halfOf(all: Distribution | undefined, from: number): Half {
  const count = all?.bars.find((bar) => bar.from === from)?.count ?? 0;
  return { count, share: count / Math.max(1, all?.total ?? 0) };
}

/** What is counted, without the host that its label ends with. */
function keyOf({ label, host }: Distribution, hosts: readonly Host[]): string {
  const name = hosts.find(({ id }) => id === host)?.name;
  return name !== undefined && label.endsWith(` · ${name}`) ? label.slice(0, -name.length - 3) : label;
}

/** The largest share of either, of which the widest bar is. */
export function largestShare({ ranges }: HostPair): number {
  return ranges.reduce((most, { left, right }) => Math.max(most, left.share, right.share), 1e-9);
}

export function captionOfPair({ label, totals: [left, right] }: HostPair): string {
  return `${label} · shares of ${groupDigits(left)} and ${groupDigits(right)} values`;
}

const ROW = 1.9;
const HEAD = 3.4;

/** The pairs below one another, bars back to back as on screen. */
export function pictureOfPairs(pairs: readonly HostPair[], name: string): Picture {
  const rows = pairs.reduce((sum, { ranges }) => sum + ranges.length * ROW + HEAD + 1, 0);
  return {
    title: `${name}: how many of each size, ${pairs[0]?.names.join(' and ') ?? ''}`,
    height: ({ fontSize }) => rows * fontSize,
    draw(paint, { width }) {
      let top = 0;
      return pairs
        .map((pair) => {
          const drawn = `<g transform="translate(0 ${short(top)})">${drawPair(pair, paint, width)}</g>`;
          top += (pair.ranges.length * ROW + HEAD + 1) * paint.fontSize;
          return drawn;
        })
        .join('\n');
    },
  };
}

function drawPair(pair: HostPair, paint: Paint, width: Size['width']): string {
  const { names, ranges, unit } = pair;
  const { fontSize, ink, faint } = paint;
  const middle = fontSize * 14;
  const numbers = fontSize * 5;
  const room = Math.max(10, (width - middle) / 2 - numbers);
  const [left, right] = [numbers + room, numbers + room + middle];
  const most = largestShare(pair);
  const line = fontSize * 3.2;
  const bar = (x: number, y: number, part: number, series: number): string =>
    `<rect x="${short(x)}" y="${short(y)}" width="${short(part)}" height="${short(fontSize * ROW * 0.8)}" fill="${escapeXml(paint.series(series))}"/>`;
  return [
    textAt(0, fontSize, fitted(captionOfPair(pair), width, paint), { fill: ink, weight: 600 }),
    textAt(left, fontSize * 2.6, fitted(names[0], room, paint), { fill: faint, anchor: 'end' }),
    textAt(right, fontSize * 2.6, fitted(names[1], room, paint), { fill: faint }),
    ...ranges.map(({ from, to, left: own, right: other }, at) => {
      const y = line + at * fontSize * ROW;
      const base = y + fontSize * 1.1;
      const [before, after] = [own, other].map(({ share }) => (share / most) * room) as [number, number];
      return [
        textAt(numbers - 8, base, percentText(own.share), { fill: faint, anchor: 'end' }),
        bar(left - before, y, before, 0),
        textAt(left + middle / 2, base, rangeText(from, to, unit), { fill: ink, anchor: 'middle' }),
        bar(right, y, after, 1),
        textAt(width, base, percentText(other.share), { fill: faint, anchor: 'end' }),
      ].join('');
    }),
  ].join('\n');
}
