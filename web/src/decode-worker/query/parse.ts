import { FILTER_MAX } from '@probepad/protocol/limits';
import {
  type Arithmetic,
  type Comparison,
  type Expression,
  FilterError,
  type Operand,
  type Sign,
  type Token,
} from './syntax.ts';
import { tokensOf } from './tokens.ts';

/** Depth of parentheses and signs that is read. */
const DEPTH_MAX = 64;

const COMPARISONS: readonly Sign[] = ['==', '!=', '<', '<=', '>', '>='];
const RELATIONS: readonly Sign[] = [...COMPARISONS, '~', '!~', 'in'];

/** By binding, the loosest first. Unlike in C, `flags & 2 == 2` asks for the bit. */
const ARITHMETIC: readonly (readonly Arithmetic[])[] = [
  ['+', '-'],
  ['*', '/', '%', '&'],
];

/** @throws FilterError where a filter is too long to be looked at any further */
export function checkLength(text: string): void {
  if (text.length <= FILTER_MAX) return;
  const span = { start: 0, end: text.length };
  throw new FilterError('the filter is too long', `Keep it under ${FILTER_MAX} characters.`, span);
}

/** A filter of the language that docs/FILTERS.md describes. @throws FilterError */
export function parseFilter(text: string): Expression {
  checkLength(text);
  const tokens = tokensOf(text);
  let at = 0;
  let depth = 0;

  const peek = (): Token | undefined => tokens[at];
  const peekSign = (): Sign | undefined => {
    const token = tokens[at];
    return token?.kind === 'sign' ? token.sign : undefined;
  };
  const isNext = (sign: Sign): boolean => {
    if (peekSign() !== sign) return false;
    at++;
    return true;
  };
  const expect = (sign: Sign, remedy: string): void => {
    if (!isNext(sign)) throw missing(`“${sign}” is missing`, remedy);
  };
  function missing(message: string, remedy: string): FilterError {
    const token = peek();
    return new FilterError(message, remedy, token ?? { start: text.length, end: text.length });
  }
  function deeper<T>(read: () => T): T {
    if (++depth > DEPTH_MAX) throw missing('the filter is nested too deeply', 'Leave parentheses out.');
    const result = read();
    depth--;
    return result;
  }

  function either(): Expression {
    let left = both();
    while (isNext('||')) {
      const right = both();
      left = { kind: 'either', left, right, start: left.start, end: right.end };
    }
    return left;
  }

  function both(): Expression {
    let left = negation();
    while (isNext('&&')) {
      const right = negation();
      left = { kind: 'both', left, right, start: left.start, end: right.end };
    }
    return left;
  }

  function negation(): Expression {
    const token = peek();
    if (!token || !isNext('!')) return relation();
    const of = deeper(negation);
    return { kind: 'not', of, start: token.start, end: of.end };
  }

  /** Whether what stands in the parentheses that begin here is an operand, as in `(a + b) > 3`. */
  function holdsOperand(): boolean {
    let open = 0;
    for (let look = at; look < tokens.length; look++) {
      const token = tokens[look];
      if (token?.kind !== 'sign') continue;
      if (token.sign === '(') open++;
      else if (token.sign === ')' && --open === 0) {
        const after = tokens[look + 1];
        return (
          after?.kind === 'sign' &&
          (RELATIONS.includes(after.sign) || ARITHMETIC.flat().includes(after.sign as Arithmetic))
        );
      }
    }
    return false;
  }

  function relation(): Expression {
    if (peekSign() === '(' && !holdsOperand()) {
      at++;
      const inner = deeper(either);
      expect(')', 'Close the parenthesis.');
      return inner;
    }
    const left = operand();
    const token = peek();
    const sign = peekSign();
    if (!token || !sign || !RELATIONS.includes(sign))
      return { kind: 'holds', of: left, start: left.start, end: left.end };
    at++;
    if (sign === 'in') return inList(left);
    if (sign === '~' || sign === '!~') {
      const next = peek();
      const isPattern = next?.kind === 'pattern';
      if (isPattern) at++;
      const right = isPattern ? next : operand();
      return { kind: 'match', negated: sign === '!~', left, right, start: left.start, end: right.end };
    }
    const right = operand();
    return { kind: 'compare', sign: sign as Comparison, left, right, start: left.start, end: right.end };
  }

  function inList(left: Operand): Expression {
    const single = peek();
    if (single?.kind === 'address') {
      at++;
      return { kind: 'in', left, list: [single], start: left.start, end: single.end };
    }
    expect('(', 'Write the values in parentheses: in (1, 2).');
    const list = [operand()];
    while (isNext(',')) list.push(operand());
    const end = peek()?.end ?? text.length;
    expect(')', 'Close the list.');
    return { kind: 'in', left, list, start: left.start, end };
  }

  function operand(level = 0): Operand {
    const signs = ARITHMETIC[level];
    if (!signs) return single();
    let left = operand(level + 1);
    for (;;) {
      const sign = peekSign() as Arithmetic | undefined;
      if (!sign || !signs.includes(sign)) return left;
      at++;
      const right = operand(level + 1);
      left = { kind: 'arithmetic', sign, left, right, start: left.start, end: right.end };
    }
  }

  function single(): Operand {
    const token = peek();
    if (token?.kind === 'sign' && token.sign === '-') {
      at++;
      const of = deeper(single);
      if (of.kind === 'number') {
        const quantity = { ...of.quantity, numerator: -of.quantity.numerator };
        return { ...of, quantity, text: `-${of.text}`, start: token.start };
      }
      const { start, end } = token;
      const zero: Operand = {
        kind: 'number',
        quantity: { numerator: 0n, denominator: 1n },
        text: '0',
        start,
        end,
      };
      return { kind: 'arithmetic', sign: '-', left: zero, right: of, start: token.start, end: of.end };
    }
    if (token?.kind === 'sign' && token.sign === '(') {
      at++;
      const inner = deeper(() => operand());
      expect(')', 'Close the parenthesis.');
      return inner;
    }
    if (!token || token.kind === 'sign' || token.kind === 'pattern') {
      throw missing('a column or a value is missing', 'For example: pid == 42.');
    }
    at++;
    return token;
  }

  const expression = either();
  if (at < tokens.length)
    throw missing('this goes on where a filter would end', 'Join conditions by && or ||.');
  return expression;
}
