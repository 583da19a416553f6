import type { ColumnFacts } from './columns.ts';
import { commonMeasure, isEqual, ONE, per, type Rational, rational, times } from './rational.ts';
import { type Arithmetic, FilterError, type Quantity, type Span } from './syntax.ts';

/** Something to reckon with, in numbers alone. */
export type Amount =
  | { kind: 'column'; column: string }
  | { kind: 'constant'; value: number | bigint }
  | { kind: 'arithmetic'; sign: Arithmetic; left: Amount; right: Amount };

/** Powers of what is measured: bytes a second are bytes to the first, time to the minus first. */
interface Dimension {
  time: number;
  bytes: number;
}

/**
 * An amount of something: `scale` nanoseconds, bytes or, without a dimension, ones, for each one of `amount`. What is known before any row
 * is in the scale, so that a row has the less to reckon: a literal is its scale once.
 */
export interface Measured extends Span {
  amount: Amount;
  scale: Rational;
  dimension: Dimension;
  /** What its columns count in, and bare numbers beside them; undefined where there are none or where they differ. */
  own?: Rational | undefined;
}

const PLAIN: Dimension = { time: 0, bytes: 0 };
const ONCE: Amount = { kind: 'constant', value: 1 };

export function measuredLiteral({ numerator, denominator, dimension }: Quantity, span: Span): Measured {
  const scale = rational(numerator, denominator);
  return { ...placeOf(span), amount: ONCE, scale, dimension: powersOf(dimension) };
}

export function measuredColumn({ name, unit }: ColumnFacts, span: Span): Measured {
  const scale = unit ? rational(unit.size) : ONE;
  return {
    ...placeOf(span),
    amount: { kind: 'column', column: name },
    scale,
    dimension: powersOf(unit?.dimension),
    own: scale,
  };
}

/** @throws FilterError where the two have no sum, product and so on */
export function reckoned(sign: Arithmetic, left: Measured, right: Measured): Measured {
  switch (sign) {
    case '*':
      return product(left, right);
    case '/':
      return ratio(left, right);
    case '&':
      return bits(left, right);
    default:
      return sum(sign, left, right);
  }
}

/** Both in one unit, as whole as they were. @throws FilterError where they are of different dimensions */
export function comparable(left: Measured, right: Measured): [Amount, Amount] {
  const [a, b] = aligned(left, right);
  const unit = commonMeasure(a.scale, b.scale);
  return [inUnits(a, unit), inUnits(b, unit)];
}

function sum(sign: '+' | '-' | '%', left: Measured, right: Measured): Measured {
  const [a, b] = aligned(left, right);
  const scale = commonMeasure(a.scale, b.scale);
  return {
    ...joined(left, right),
    amount: { kind: 'arithmetic', sign, left: inUnits(a, scale), right: inUnits(b, scale) },
    scale,
    dimension: a.dimension,
    own: sharedOf(a.own, b.own),
  };
}

function product(left: Measured, right: Measured): Measured {
  const dimension = sumOf(left.dimension, right.dimension);
  // Squares and byte-seconds: no unit that could be written measures them.
  if (Math.max(0, dimension.time) + Math.max(0, dimension.bytes) > 1 && !isPlain(left) && !isPlain(right))
    throw new FilterError(
      `${nameOf(left.dimension)} times ${nameOf(right.dimension)} has no unit`,
      'Multiply by a plain number or column: dur * 2.',
      joined(left, right),
    );
  return {
    ...joined(left, right),
    amount: isConstant(left)
      ? right.amount
      : isConstant(right)
        ? left.amount
        : { kind: 'arithmetic', sign: '*', left: left.amount, right: right.amount },
    scale: times(left.scale, right.scale),
    dimension,
    own: ownOf(times, left, right),
  };
}

function ratio(left: Measured, right: Measured): Measured {
  const dimension = sumOf(left.dimension, { time: -right.dimension.time, bytes: -right.dimension.bytes });
  const byNothing = right.scale.numerator === 0n;
  const by: Amount = byNothing ? { kind: 'constant', value: 0 } : right.amount;
  return {
    ...joined(left, right),
    amount:
      isConstant(right) && !byNothing
        ? left.amount
        : { kind: 'arithmetic', sign: '/', left: left.amount, right: by },
    scale: byNothing ? left.scale : per(left.scale, right.scale),
    dimension,
    own: ownOf(per, left, right),
  };
}

/** Bits are those of the number that the column holds, whatever it counts. */
function bits(left: Measured, right: Measured): Measured {
  const [a, b] = aligned(left, right);
  const scale = isPlain(a) ? ONE : sharedOf(a.own, b.own);
  if (!scale)
    throw new FilterError(
      'these have no bits in common units',
      'Ask for bits of one column: flags & 2.',
      joined(left, right),
    );
  return {
    ...joined(left, right),
    amount: { kind: 'arithmetic', sign: '&', left: inUnits(a, scale), right: inUnits(b, scale) },
    scale,
    dimension: a.dimension,
    own: scale,
  };
}

/** Both of one dimension: numbers without one are of the other's. */
function aligned(left: Measured, right: Measured): [Measured, Measured] {
  const { dimension } = left;
  if (dimension.time === right.dimension.time && dimension.bytes === right.dimension.bytes)
    return [left, right];
  if (isPlain(left)) return [countedAs(left, right), right];
  if (isPlain(right)) return [left, countedAs(right, left)];
  throw new FilterError(
    `this is ${nameOf(right.dimension)}, and what stands before it is ${nameOf(dimension)}`,
    'Add and compare times with times, bytes with bytes.',
    right,
  );
}

/** A bare number beside a column counts what the column does; a column without a unit counts ns or bytes, as beside a literal. */
function countedAs(plain: Measured, other: Measured): Measured {
  const isZero = plain.scale.numerator === 0n;
  if (!other.own && isConstant(plain) && !isZero)
    throw new FilterError(
      'this number needs a unit',
      `Write ${other.dimension.time > 0 ? '5us, 1.5ms or 2s' : other.dimension.bytes > 0 ? '512B or 4KiB' : 'it as 1MB / 1s'}.`,
      plain,
    );
  const own = other.own ?? ONE;
  return { ...plain, scale: times(plain.scale, own), dimension: other.dimension, own: plain.own && own };
}

function inUnits({ amount, scale }: Measured, unit: Rational): Amount {
  const { numerator, denominator } = per(scale, unit);
  if (amount.kind === 'constant') {
    const value = denominator === 1n ? narrow(numerator) : Number(numerator) / Number(denominator);
    return { kind: 'constant', value };
  }
  const multiplied = reckonedWith('*', amount, numerator);
  return reckonedWith('/', multiplied, denominator);
}

function reckonedWith(sign: '*' | '/', left: Amount, by: bigint): Amount {
  if (by === 1n) return left;
  return { kind: 'arithmetic', sign, left, right: { kind: 'constant', value: narrow(by) } };
}

/** Number where it is exact. */
function narrow(value: bigint): number | bigint {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}

function isConstant({ amount }: Measured): boolean {
  return amount.kind === 'constant';
}

function isPlain({ dimension }: Measured): boolean {
  return dimension.time === 0 && dimension.bytes === 0;
}

function powersOf(dimension: 'time' | 'bytes' | undefined): Dimension {
  return dimension === undefined ? PLAIN : { ...PLAIN, [dimension]: 1 };
}

function sumOf(a: Dimension, b: Dimension): Dimension {
  return { time: a.time + b.time, bytes: a.bytes + b.bytes };
}

/** What a product or ratio counts in: plain numbers count by one, literals with a unit by none of their own. */
function ownOf(of: (a: Rational, b: Rational) => Rational, left: Measured, right: Measured): Measured['own'] {
  const a = left.own ?? (isPlain(left) ? ONE : undefined);
  const b = right.own ?? (isPlain(right) ? ONE : undefined);
  return (left.own ?? right.own) && a && b && of(a, b);
}

function sharedOf(a: Rational | undefined, b: Rational | undefined): Rational | undefined {
  if (a && b) return isEqual(a, b) ? a : undefined;
  return a ?? b;
}

function joined(left: Span, right: Span): Span {
  return { start: left.start, end: right.end };
}

function placeOf({ start, end }: Span): Span {
  return { start, end };
}

function nameOf({ time, bytes }: Dimension): string {
  const words = bytes > 0 ? ['bytes'] : time > 0 ? ['a time'] : ['a number'];
  if (bytes > 0 && time > 0) words.push('times a time');
  if (time < 0) words.push('per time');
  if (bytes < 0) words.push('per byte');
  return words.join(' ');
}
