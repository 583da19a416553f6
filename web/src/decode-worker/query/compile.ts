import type { Value } from '@probepad/protocol/values/value';
import { inPrefix } from './address.ts';
import type { Amount } from './amount.ts';
import type { Condition } from './bind.ts';
import type { ColumnReader } from './columns.ts';
import type { Sieve } from './sieve.ts';
import type { Comparison } from './syntax.ts';

export interface Predicate<R> {
  (row: R): boolean;
  /** The same for many records of a block at once, where that is faster. */
  sieve?: Sieve;
}

const NEVER = (): boolean => false;

/**
 * A condition as one function of a row. Nothing fits a column that these rows don't have.
 * @param sieveOf set where rows are records of blocks
 */
export function compileCondition<R>(
  condition: Condition,
  readerOf: (column: string) => ColumnReader<R> | undefined,
  search: (text: string) => Predicate<R>,
  sieveOf?: (fits: Predicate<R>) => Sieve,
): Predicate<R> {
  const compile = (each: Condition): Predicate<R> => {
    switch (each.kind) {
      case 'anywhere':
        return search(each.text);
      case 'both': {
        const [first, second] = cheapFirst(each);
        const left = compile(first);
        const right = compile(second);
        const both: Predicate<R> = (row) => left(row) && right(row);
        if (sieveOf) both.sieve = inTurn(sieveOf(left), sieveOf(right));
        return both;
      }
      case 'either': {
        const [first, second] = cheapFirst(each);
        const left = compile(first);
        const right = compile(second);
        return (row) => left(row) || right(row);
      }
      case 'not': {
        const of = compile(each.of);
        return (row) => !of(row);
      }
      case 'amounts':
        return compileAmounts(each.sign, each.left, each.right);
      default: {
        const reader = readerOf(each.column);
        return reader ? compileColumn(each, reader) : NEVER;
      }
    }
  };

  function compileAmounts(sign: Comparison, left: Amount, right: Amount): Predicate<R> {
    const a = compileAmount(left);
    const b = compileAmount(right);
    return (row) => {
      const first = a(row);
      const second = b(row);
      return first !== undefined && second !== undefined && decide(sign, first, second);
    };
  }

  /** Numbers, or texts of columns; undefined where there is none. */
  function compileAmount(amount: Amount): (row: R) => number | bigint | string | undefined {
    switch (amount.kind) {
      case 'constant':
        return () => amount.value;
      case 'column': {
        const reader = readerOf(amount.column);
        return reader ? (row) => plain(reader.value(row)) : () => undefined;
      }
      case 'arithmetic': {
        const left = compileAmount(amount.left);
        const right = compileAmount(amount.right);
        return (row) => {
          const a = left(row);
          const b = right(row);
          return a === undefined || b === undefined || typeof a === 'string' || typeof b === 'string'
            ? undefined
            : reckon(amount.sign, a, b);
        };
      }
    }
  }

  return compile(condition);
}

function inTurn(first: Sieve, second: Sieve): Sieve {
  return (records, rows, count) => second(records, rows, first(records, rows, count));
}

/** Nothing is changed by asking, so the order is free: most rows are decided by what costs least. */
function cheapFirst({ left, right }: { left: Condition; right: Condition }): [Condition, Condition] {
  return costOf(right) < costOf(left) ? [right, left] : [left, right];
}

/** About how long a row takes, next to the comparison of a number. */
function costOf(condition: Condition): number {
  switch (condition.kind) {
    case 'whole':
    case 'flag':
      return 1;
    case 'text':
      return 2;
    case 'prefix':
    case 'pattern':
      return 4;
    case 'amounts':
      return 8;
    case 'anywhere':
      return 16;
    case 'not':
      return costOf(condition.of);
    case 'both':
    case 'either':
      return costOf(condition.left) + costOf(condition.right);
  }
}

function compileColumn<R>(
  condition: Extract<Condition, { column: string }>,
  reader: ColumnReader<R>,
): Predicate<R> {
  switch (condition.kind) {
    case 'whole': {
      const { sign, constant } = condition;
      if (reader.compare) return reader.compare(sign, constant);
      return (row) => {
        const value = plain(reader.value(row));
        return value !== undefined && typeof value !== 'string' && decide(sign, value, constant);
      };
    }
    case 'text': {
      const { sign, text } = condition;
      const quick = sign === '==' ? reader.equals?.(text) : undefined;
      if (quick) return quick;
      return (row) => reader.value(row) !== null && decide(sign, reader.text(row), text);
    }
    case 'pattern':
      return once(reader, (row) => reader.value(row) !== null && condition.fits(reader.text(row)));
    case 'prefix':
      return (row) => {
        const octets = octetsOf(reader.value(row));
        return octets !== undefined && inPrefix(octets, condition.octets, condition.bits);
      };
    case 'flag':
      return (row) => reader.value(row) === true;
  }
}

/** Distinct texts whose answers are kept. */
const KEPT = 1 << 16;

/** Asks once for each distinct text where that can be told. */
export function once<R>(reader: Pick<ColumnReader<R>, 'ids'>, fits: Predicate<R>): Predicate<R> {
  if (!reader.ids) return fits;
  let idOf = reader.ids();
  let known = new Int8Array(1024);
  return (row) => {
    const id = idOf(row);
    if (id >= known.length) {
      if (id >= KEPT) {
        idOf = reader.ids?.() ?? idOf;
        known = new Int8Array(1024);
        return fits(row);
      }
      const wider = new Int8Array(2 * known.length);
      wider.set(known);
      known = wider;
    }
    // 0: not asked yet.
    if (known[id] === 0) known[id] = fits(row) ? 1 : -1;
    return known[id] === 1;
  };
}

/** Four octets of a number in host order, or those of a list. */
function octetsOf(value: Value): ArrayLike<number> | undefined {
  if (typeof value === 'number')
    return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  return Array.isArray(value) ? (value as number[]) : undefined;
}

function plain(value: Value): number | bigint | string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

function decide<T extends number | bigint | string>(sign: Comparison, a: T, b: T): boolean {
  switch (sign) {
    case '==':
      // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1
      return a == b;
    case '!=':
      // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1
      return a != b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** Exact while both are whole; undefined for a division by nothing. */
function reckon(
  sign: '+' | '-' | '*' | '/' | '%' | '&',
  a: number | bigint,
  b: number | bigint,
): number | bigint | undefined {
  const whole = (value: number | bigint): boolean => typeof value === 'bigint' || Number.isSafeInteger(value);
  // biome-ignore lint/suspicious/noDoubleEquals: 0n == 0
  if ((sign === '/' || sign === '%') && b == 0) return undefined;
  if (sign === '/' || !whole(a) || !whole(b)) {
    const [x, y] = [Number(a), Number(b)];
    switch (sign) {
      case '+':
        return x + y;
      case '-':
        return x - y;
      case '*':
        return x * y;
      case '/':
        return x / y;
      case '%':
        return x % y;
      case '&':
        return undefined;
    }
  }
  const quick = quickly(sign, Number(a), Number(b));
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(quick)) return quick;
  const [x, y] = [BigInt(a), BigInt(b)];
  switch (sign) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '%':
      return x % y;
    case '&':
      return x & y;
  }
}

/** NaN where numbers of 32 bits would cut. */
function quickly(sign: '+' | '-' | '*' | '/' | '%' | '&', a: number, b: number): number {
  switch (sign) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '%':
      return a % b;
    default:
      return Number.NaN;
  }
}
