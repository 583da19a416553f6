import type { Type } from '../schema.ts';

type Flags = readonly (readonly [name: string, bits: bigint])[];
type Enum = Extract<Type, { kind: 'enum' }>;

/** So many names of single bits at least: 0, 1, 2 are as likely to be numbers. */
const SINGLE_LEAST = 3;

/**
 * Names of bits, where an enum is one of bits, those of several first: they stand for all of theirs. None of a bit twice, none of bits that
 * have no names of their own, and not more of several than of one. Zero may have a name too.
 */
export function flagsOf(type: Enum): Flags | undefined {
  const flags = bitNames(type);
  const single = flags.filter(([, bits]) => isSingle(bits));
  const named = single.reduce((sum, [, bits]) => sum | bits, 0n);
  const isOfBits =
    single.length >= SINGLE_LEAST &&
    flags.length <= 2 * single.length &&
    new Set(flags.map(([, bits]) => bits)).size === flags.length &&
    flags.length === type.values.filter(([, value]) => BigInt(value) !== 0n).length &&
    flags.every(([, bits]) => (bits & ~named) === 0n) &&
    !isCounted(type, single.length);
  return isOfBits ? flags : undefined;
}

/** The names of all values above zero, of the most bits first. */
export function bitNames({ values }: Enum): Flags {
  return values
    .map(([name, value]) => [name, BigInt(value)] as const)
    .filter(([, value]) => value > 0n)
    .toSorted(([, a], [, b]) => countOf(b) - countOf(a));
}

/** 1, 2, 3, 4 in this order may be numbers, where no further bit has a name; five in a row are. */
function isCounted({ values }: Enum, single: number): boolean {
  const numbers = values.map(([, value]) => BigInt(value)).filter((value) => value !== 0n);
  let longest = 0;
  let run = 0;
  for (const [at, value] of numbers.entries()) {
    run = at > 0 && value === (numbers[at - 1] ?? 0n) + 1n ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest >= 5 || (longest === 4 && single < 4);
}

function isSingle(value: bigint): boolean {
  return countOf(value) === 1;
}

function countOf(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}
