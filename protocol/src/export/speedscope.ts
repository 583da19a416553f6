import type { FoldedStack } from '../views/flame-frames.ts';
import type { StackProfile } from './stack-profile.ts';

const UNITS: Record<string, string> = { ns: 'nanoseconds', bytes: 'bytes' };

/** A profile of the kind `sampled`. Source: https://www.speedscope.app/file-format-schema.json */
export function speedscopeText({ name, unit, stacks }: StackProfile): string {
  const numbers = new Map<string, number>();
  const frames: { name: string; file?: string }[] = [];
  const numberOf = ({ space, text, object }: FoldedStack['frames'][number]): number => {
    const key = `${space}\n${text}\n${object ?? ''}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const file = object ?? (space === 'kernel' ? '[kernel]' : undefined);
    frames.push({ name: text, ...(file !== undefined && { file }) });
    numbers.set(key, frames.length - 1);
    return frames.length - 1;
  };
  const samples = stacks.map(({ frames: stack }) => stack.map(numberOf));
  const weights = stacks.map(({ weight }) => weight);
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: 'probepad',
    activeProfileIndex: 0,
    shared: { frames },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: UNITS[unit] ?? 'none',
        startValue: 0,
        endValue: weights.reduce((sum, weight) => sum + weight, 0),
        samples,
        weights,
      },
    ],
  });
}
