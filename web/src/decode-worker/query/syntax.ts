/** The words and sentences of a filter, before it is known which columns there are. Places are character offsets of the text. */
export interface Span {
  start: number;
  end: number;
}

/** What is wrong with a filter, and what to do. */
export interface FilterProblem extends Span {
  message: string;
  remedy: string;
}

export class FilterError extends Error {
  readonly problem: FilterProblem;
  constructor(message: string, remedy: string, { start, end }: Span) {
    super(message);
    this.problem = { message, remedy, start, end };
  }
}

/** Exactly `numerator / denominator`, of nanoseconds, bytes, or of what the column counts. */
export interface Quantity {
  numerator: bigint;
  denominator: bigint;
  dimension?: 'time' | 'bytes' | undefined;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%' | '&';

export type Token = Span &
  (
    | { kind: 'name'; text: string }
    | { kind: 'number'; quantity: Quantity; text: string }
    | { kind: 'text'; text: string }
    | { kind: 'pattern'; source: string; ignoreCase: boolean }
    /** 4 or 16 octets, and how many bits of them count. */
    | { kind: 'address'; octets: number[]; bits: number; text: string }
    /** A time of day, as the time column shows it. */
    | { kind: 'clock'; text: string }
    | { kind: 'sign'; sign: Sign }
  );

export type Sign = Comparison | Arithmetic | '~' | '!~' | '&&' | '||' | '!' | '(' | ')' | ',' | 'in';

export type Operand = Span &
  (
    | { kind: 'name'; text: string }
    | { kind: 'number'; quantity: Quantity; text: string }
    | { kind: 'text'; text: string }
    | { kind: 'address'; octets: number[]; bits: number; text: string }
    | { kind: 'clock'; text: string }
    | { kind: 'arithmetic'; sign: Arithmetic; left: Operand; right: Operand }
  );

export type Expression = Span &
  (
    | { kind: 'both' | 'either'; left: Expression; right: Expression }
    | { kind: 'not'; of: Expression }
    | { kind: 'compare'; sign: Comparison; left: Operand; right: Operand }
    | { kind: 'match'; negated: boolean; left: Operand; right: Operand | Extract<Token, { kind: 'pattern' }> }
    | { kind: 'in'; left: Operand; list: Operand[] }
    /** A column that is true or false by itself. */
    | { kind: 'holds'; of: Operand }
  );

/** A text as a filter writes it. */
export function quoteText(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
