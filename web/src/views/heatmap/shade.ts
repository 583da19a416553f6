import type { Heatmap } from '../../session/aggregates.ts';
import { token } from '../../ui/theme.ts';
import { rampPlace, rampTable } from '../ramp.ts';
import { type HostDifference, leadOf } from './host-difference.ts';

/** How a cell is filled. Hatched: with lines over its colour, so that colour is not the only sign. */
export interface Shade {
  fill: string;
  /** 0 … 1. */
  opacity: number;
  hatched: boolean;
}

/** The shade of a cell by its place among the counts; undefined: nothing is drawn. */
export type CellShade = (at: number) => Shade | undefined;

export interface DifferenceColours {
  left: string;
  right: string;
  alike: string;
}

/** What is weakest can still be seen, and lines over it (shade.test.ts). */
const OPACITY_LEAST = 0.5;

/** The largest count that is drawn in the brightest colour, of all cells of all maps that share a scale. */
export function largestCount(maps: readonly Heatmap[]): number {
  let most = 0;
  for (const { counts } of maps) for (const count of counts) if (count > most) most = count;
  return most;
}

/** How bright a count is, 0 … 1: by its logarithm, for a few slow ones among many fast ones are what people look for. */
export function brightness(count: number, most: number): number {
  if (count <= 0) return 0;
  return most <= 1 ? 1 : Math.log1p(count) / Math.log1p(most);
}

export function shadeOfCounts(counts: readonly number[], most: number): CellShade {
  const colours = rampTable();
  return (at) => {
    const count = counts[at] ?? 0;
    if (count <= 0) return undefined;
    return { fill: colours[rampPlace(brightness(count, most))] ?? '', opacity: 1, hatched: false };
  };
}

/** The hosts' own colours as in the other views of two hosts, stronger where one has more; the right one's are hatched. */
export function shadeOfDifference(difference: HostDifference, colours: DifferenceColours): CellShade {
  return (at) => {
    const lead = leadOf(difference, at);
    return lead && shadeOfLead(lead.ahead, lead.strength, colours);
  };
}

export function shadeOfLead(
  ahead: 'left' | 'right' | 'alike',
  strength: number,
  colours: DifferenceColours,
): Shade {
  if (ahead === 'alike') return { fill: colours.alike, opacity: 1, hatched: false };
  return {
    fill: colours[ahead],
    opacity: OPACITY_LEAST + (1 - OPACITY_LEAST) * strength,
    hatched: ahead === 'right',
  };
}

/** Of the page's theme, as it is now. */
export function differenceColours(): DifferenceColours {
  return { left: token('series-1'), right: token('series-2'), alike: token('control') };
}
