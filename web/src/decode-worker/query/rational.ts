/** Exactly `numerator / denominator`, in lowest terms; the denominator is above zero. */
export interface Rational {
  numerator: bigint;
  denominator: bigint;
}

export const ONE: Rational = { numerator: 1n, denominator: 1n };

/** @param denominator not zero */
export function rational(numerator: bigint, denominator = 1n): Rational {
  const divisor = gcd(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function times(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** @param b not zero */
export function per(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** The largest that both are whole multiples of; one where both are zero. */
export function commonMeasure(a: Rational, b: Rational): Rational {
  const numerator = gcd(a.numerator * b.denominator, b.numerator * a.denominator);
  return numerator === 0n ? ONE : rational(numerator, a.denominator * b.denominator);
}

export function isEqual(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
