import {
  type Amount,
  comparable,
  type Measured,
  measuredColumn,
  measuredLiteral,
  reckoned,
} from './amount.ts';
import type { ColumnFacts } from './columns.ts';
import { compilePattern, PatternError } from './pattern.ts';
import {
  type Comparison,
  type Expression,
  FilterError,
  type Operand,
  type Quantity,
  type Span,
} from './syntax.ts';

/** A condition whose columns are known, and whose values are those that the columns hold. */
export type Condition =
  /** This text in any cell, lower case. */
  | { kind: 'anywhere'; text: string }
  | { kind: 'both' | 'either'; left: Condition; right: Condition }
  | { kind: 'not'; of: Condition }
  /** A whole number. */
  | { kind: 'whole'; column: string; sign: Comparison; constant: bigint }
  | { kind: 'text'; column: string; sign: Comparison; text: string }
  | { kind: 'pattern'; column: string; fits: (text: string) => boolean }
  | { kind: 'prefix'; column: string; octets: number[]; bits: number }
  | { kind: 'flag'; column: string }
  | { kind: 'amounts'; sign: Comparison; left: Amount; right: Amount };

const NOTHING: Quantity = { numerator: 0n, denominator: 1n };

const MIRRORED: Record<Comparison, Comparison> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Gives the names of a filter their columns. @throws FilterError */
export function bindFilter(expression: Expression, columns: ReadonlyMap<string, ColumnFacts>): Condition {
  function factsOf(name: string, span: Span): ColumnFacts {
    const found = columns.get(name);
    if (found) return found;
    throw new FilterError(`there is no column ${name}`, remedyFor(name, [...columns.keys()]), span);
  }

  function bind(each: Expression): Condition {
    switch (each.kind) {
      case 'both':
      case 'either':
        return { kind: each.kind, left: bind(each.left), right: bind(each.right) };
      case 'not':
        return { kind: 'not', of: bind(each.of) };
      case 'holds':
        return holds(each.of);
      case 'compare':
        return compare(each.sign, each.left, each.right);
      case 'in':
        return each.list
          .map((item): Condition => compare('==', each.left, item))
          .reduce((left, right) => ({ kind: 'either', left, right }));
      case 'match': {
        const found = match(each.left, each.right);
        return each.negated ? { kind: 'not', of: found } : found;
      }
    }
  }

  function holds(of: Operand): Condition {
    if (of.kind === 'text') return { kind: 'anywhere', text: of.text.toLowerCase() };
    const column = of.kind === 'name' ? factsOf(of.text, of) : undefined;
    if (column?.kind === 'flag') return { kind: 'flag', column: column.name };
    const bits = of.kind === 'arithmetic' && of.sign === '&';
    if (bits) return compareAmounts('!=', of, { ...of, kind: 'number', quantity: NOTHING, text: '0' });
    throw new FilterError('this is not a condition', 'Compare it: pid == 42, comm ~ "nginx".', of);
  }

  function match(left: Operand, right: Extract<Expression, { kind: 'match' }>['right']): Condition {
    const { name } = columnOperand(left);
    if (right.kind === 'pattern') {
      try {
        return { kind: 'pattern', column: name, fits: compilePattern(right.source, right.ignoreCase) };
      } catch (thrown) {
        if (!(thrown instanceof PatternError)) throw thrown;
        const start = right.start + 1 + thrown.at;
        const remedy = 'Patterns have . [a-z] \\d \\w \\s ( | ) * + ? {2,5} ^ and $.';
        throw new FilterError(thrown.message, remedy, { start, end: Math.min(start + 1, right.end) });
      }
    }
    const wanted = wordOf(right).toLowerCase();
    return { kind: 'pattern', column: name, fits: (text) => text.toLowerCase().includes(wanted) };
  }

  function columnOperand(operand: Operand): ColumnFacts {
    if (operand.kind === 'name') return factsOf(operand.text, operand);
    throw new FilterError('a column belongs here', 'Write the column first: comm ~ "nginx".', operand);
  }

  function compare(sign: Comparison, left: Operand, right: Operand): Condition {
    const leftColumn = left.kind === 'name' ? columns.get(left.text) : undefined;
    const rightColumn = right.kind === 'name' ? columns.get(right.text) : undefined;
    if (!leftColumn && rightColumn) return compare(MIRRORED[sign], right, left);
    if (!leftColumn || rightColumn || right.kind === 'arithmetic') {
      return compareAmounts(sign, left, right);
    }
    return compareColumn(leftColumn, sign, right);
  }

  function compareColumn(
    column: ColumnFacts,
    sign: Comparison,
    value: Exclude<Operand, { kind: 'arithmetic' }>,
  ): Condition {
    const equality = sign === '==' || sign === '!=';
    if (value.kind === 'address') {
      if (column.kind === 'address') {
        if (!equality)
          throw new FilterError(
            'addresses have no order',
            'Use == or !=, also with a prefix: 10.0.0.0/8.',
            value,
          );
        const within: Condition = {
          kind: 'prefix',
          column: column.name,
          octets: value.octets,
          bits: value.bits,
        };
        return sign === '==' ? within : present(column, { kind: 'not', of: within });
      }
      return { kind: 'text', column: column.name, sign, text: value.text };
    }
    const text = { kind: 'text', column: column.name, sign, text: wordOf(value) } as const;
    if (column.kind === 'flag' && value.kind === 'name' && /^(true|false)$/.test(value.text) && equality) {
      return { ...text, text: value.text };
    }
    if (column.kind === 'text' || column.kind === 'clock' || column.kind === 'other') return text;
    if (value.kind === 'number') {
      if (column.kind === 'flag')
        return { ...text, text: value.quantity.numerator === 0n ? 'false' : 'true' };
      if (column.kind === 'address')
        return { kind: 'whole', column: column.name, sign, constant: value.quantity.numerator };
      return compareNumber(column, sign, scaled(value.quantity, column, value));
    }
    const named = value.kind === 'clock' ? undefined : column.names?.get(value.text);
    if (named !== undefined) return { kind: 'whole', column: column.name, sign, constant: named };
    if (!equality) throw new FilterError(`${column.name} is a number`, 'Compare it with a number.', value);
    // What a cell shows can be asked for, whatever number is behind it.
    if (value.kind === 'text' || column.words) return text;
    const known = [...(column.names?.keys() ?? [])];
    if (known.length > 0)
      throw new FilterError(
        `${column.name} has no value ${wordOf(value)}`,
        remedyFor(wordOf(value), known),
        value,
      );
    throw new FilterError(
      `there is no column ${wordOf(value)}, and ${column.name} is a number`,
      `Compare it with a number, or with a text in quotes.`,
      value,
    );
  }

  /** `!` would take rows that have no such column at all. */
  function present(column: ColumnFacts, condition: Condition): Condition {
    return {
      kind: 'both',
      left: { kind: 'text', column: column.name, sign: '!=', text: '' },
      right: condition,
    };
  }

  function compareNumber(
    column: ColumnFacts,
    sign: Comparison,
    { numerator, denominator }: Quantity,
  ): Condition {
    const floor = numerator / denominator - (numerator % denominator < 0n ? 1n : 0n);
    if (floor * denominator === numerator)
      return { kind: 'whole', column: column.name, sign, constant: floor };
    return {
      kind: 'amounts',
      sign,
      left: { kind: 'column', column: column.name },
      right: { kind: 'constant', value: Number(numerator) / Number(denominator) },
    };
  }

  function compareAmounts(sign: Comparison, left: Operand, right: Operand): Condition {
    const [a, b] = comparable(measuredOf(left), measuredOf(right));
    return (
      wholeNumber(sign, a, b) ??
      wholeNumber(MIRRORED[sign], b, a) ?? { kind: 'amounts', sign, left: a, right: b }
    );
  }

  /** What comes down to a column and a whole number is compared as one that was written so. */
  function wholeNumber(sign: Comparison, left: Amount, right: Amount): Condition | undefined {
    if (left.kind !== 'column' || right.kind !== 'constant') return undefined;
    const { column } = left;
    const isNumber = [...columns.values()].some(({ name, kind }) => name === column && kind === 'number');
    if (!isNumber || !(typeof right.value === 'bigint' || Number.isInteger(right.value))) return undefined;
    return { kind: 'whole', column, sign, constant: BigInt(right.value) };
  }

  function measuredOf(operand: Operand): Measured {
    switch (operand.kind) {
      case 'arithmetic':
        return reckoned(operand.sign, measuredOf(operand.left), measuredOf(operand.right));
      case 'number':
        return measuredLiteral(operand.quantity, operand);
      case 'name': {
        const column = columns.get(operand.text);
        if (column) return measuredColumn(column, operand);
        for (const { names } of columns.values()) {
          const named = names?.get(operand.text);
          if (named !== undefined) return measuredLiteral({ numerator: named, denominator: 1n }, operand);
        }
        factsOf(operand.text, operand);
        throw new Error('unreachable');
      }
      default:
        throw new FilterError('this is no number', 'Reckon with columns and numbers only.', operand);
    }
  }

  return bind(expression);
}

/** As many of the column's own units as the quantity is. */
function scaled(quantity: Quantity, column: ColumnFacts, span: Span): Quantity {
  const { dimension, numerator, denominator } = quantity;
  if (!dimension) return quantity;
  if (!column.unit) return quantity;
  if (column.unit.dimension !== dimension) {
    const remedy =
      column.unit.dimension === 'time' ? 'Use ns, us, ms, s, min or h.' : 'Use B, KiB, MiB or GiB.';
    throw new FilterError(`${column.name} is measured in ${column.unit.dimension}`, remedy, span);
  }
  return { numerator, denominator: denominator * column.unit.size };
}

function wordOf(operand: Operand): string {
  if (operand.kind === 'arithmetic')
    throw new FilterError('this is no text', 'Write a text in quotes.', operand);
  return operand.text;
}

/** The nearest of what there is, and how to search for the words themselves. */
function remedyFor(name: string, known: readonly string[]): string {
  const wanted = name.toLowerCase();
  const like =
    known.find((each) => each.toLowerCase() === wanted) ??
    known.find((each) => each.toLowerCase().includes(wanted) || wanted.includes(each.toLowerCase())) ??
    known.find((each) => distance(each.toLowerCase(), wanted) <= 2);
  if (like !== undefined) return `Did you mean ${like}?`;
  const some = known.slice(0, 8).join(', ');
  return `There is ${some}${known.length > 8 ? ', …' : ''}. To look for it as text, put the whole text in quotes.`;
}

/** Letters to change, add or leave out between two words (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let at = 1; at <= a.length; at++) {
    const next = [at];
    for (let to = 1; to <= b.length; to++) {
      const change = (row[to - 1] ?? 0) + (a[at - 1] === b[to - 1] ? 0 : 1);
      next.push(Math.min(change, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
