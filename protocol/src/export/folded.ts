import type { FoldedStack } from '../views/flame-frames.ts';
import { frameText, type StackProfile } from './stack-profile.ts';

/**
 * Folded stacks: a line a stack, frames from the outermost with `;` between, then a space and a whole number. It is what flamegraph.pl,
 * inferno and speedscope read.
 */
export function foldedText({ stacks }: StackProfile): string {
  const sums = new Map<string, number>();
  for (const { frames, weight } of stacks) {
    const line = frames.map(lineText).join(';');
    sums.set(line, (sums.get(line) ?? 0) + weight);
  }
  return [...sums].map(([line, weight]) => `${line} ${Math.round(weight)}\n`).join('');
}

/** What separates frames and lines can't stand in a name. */
function lineText(frame: FoldedStack['frames'][number]): string {
  return frameText(frame).replaceAll(';', ',').replaceAll('\n', ' ');
}
