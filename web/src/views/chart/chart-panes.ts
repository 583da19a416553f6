import type { ViewOptions } from '@probepad/protocol/control/snippet';
import type { Series } from '../../session/aggregates.ts';
import { linePicture } from '../picture/line-picture.ts';
import type { Picture } from '../picture/picture.ts';
import { quantityText } from '../quantity.ts';
import { assignSlots } from './line-options.ts';
import { timeText } from './series-table.ts';

interface Host {
  id: string;
  name: string;
}

/** One of the charts that a view consists of: all lines, those of one host, or two hosts above and below zero. */
export interface ChartPane {
  /** What heads it where there are several. */
  name: string;
  /** What it shows beside the source, in words. */
  words: string;
  series: Series;
  /** Lines that are drawn below zero, by their places. */
  below: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();

/** The charts as they stand below one another; none where neither of two compared hosts has sent anything. */
export function panesOf(
  series: Series,
  hosts: readonly Host[],
  together: NonNullable<ViewOptions['hosts']>,
  pair: readonly [above: Host, below: Host] | undefined,
): ChartPane[] {
  if (hosts.length > 1 && together === 'multiples') {
    return hosts.map((host) => ({
      name: host.name,
      words: `, ${host.name}`,
      series: ofHost(series, host),
      below: NONE,
    }));
  }
  if (pair && together === 'versus') {
    const [first, second] = pair;
    const lines = series.lines.filter(({ host }) => host === first.id || host === second.id);
    if (lines.length === 0) return [];
    return [
      {
        name: '',
        words: `: ${first.name} above, ${second.name} below`,
        series: { ...series, lines },
        below: new Set(lines.flatMap(({ host }, at) => (host === second.id ? [at] : []))),
      },
    ];
  }
  return [{ name: '', words: '', series, below: NONE }];
}

/** The lines of one host, without its name before each. */
function ofHost(series: Series, host: Host): Series {
  const prefix = `${host.name} · `;
  return {
    ...series,
    lines: series.lines
      .filter((line) => line.host === host.id)
      .map((line) => ({
        ...line,
        label: line.label.startsWith(prefix) ? line.label.slice(prefix.length) : line.label,
      })),
  };
}

/** The charts as they are on screen. */
export function pictureOfPanes(panes: readonly ChartPane[], name: string): Picture {
  const { series: { unit } = { unit: '' }, words = '' } = panes[0] ?? {};
  const measured = unit === '' ? '' : unit === '/s' ? ', per second' : `, in ${unit}`;
  return linePicture({
    title: `${name} over time${measured}${panes.length === 1 ? words : ''}`,
    panes: panes.map(({ name: label, series: { times, lines }, below }) => {
      const slots = assignSlots(
        lines.map((line) => line.label),
        new Map(),
      );
      return {
        label,
        times,
        lines: lines.map((line, at) => ({ ...line, slot: slots[at] ?? at, below: below.has(at) })),
      };
    }),
    amount: (value) => quantityText(value, unit),
    moment: timeText,
  });
}
