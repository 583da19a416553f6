import { bindFilter, type Condition } from './bind.ts';
import type { ColumnFacts } from './columns.ts';
import { checkLength, parseFilter } from './parse.ts';
import { quoteText } from './syntax.ts';

/** What somebody who wrote a filter wants to see. */
export type Filter =
  | { kind: 'all' }
  /** This text in any cell, lower case. */
  | { kind: 'text'; text: string }
  | { kind: 'condition'; condition: Condition };

// No two parts that stand side by side may take the same letters: a filter may be made to take for ever, and be shared.
const OPERAND = String.raw`(?:not\b|[\s!(-])*(?:\x60(?<quoted>[^\x60]+)\x60|(?<name>[A-Za-z_][\w.[\]]*)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d[\w.:]*)`;
const COMPARED = new RegExp(String.raw`^${OPERAND}[\s)]*(?:==|!=|<=?|>=?|!?~|&&|\|\|)`);
const RECKONED = new RegExp(String.raw`^${OPERAND}[\s)]*[-+*/%&]\s*[\w(\x60-][^"']*(?:==|!=|<|>)`);
/** Signs and words that also stand in ordinary texts: only after a column's name are they meant. */
const AFTER_COLUMN = new RegExp(String.raw`^${OPERAND}\s*(?:=|&\s*[\w(\x60]|\bin\b\s*[(\da-f:])`);
const DENIED = /^\s*(?:!|not\s)[\s!(]*(?<name>[A-Za-z_][\w.[\]]*)[\s)]*$/;
const QUOTED = /^\s*(["'])((?:(?!\1)[^\\]|\\.)+)\1\s*$/;

/**
 * A filter is an expression where it looks like one, else a text to look for; in quotes it is always a text.
 * @throws FilterError
 */
export function readFilter(text: string, columns: ReadonlyMap<string, ColumnFacts>): Filter {
  checkLength(text);
  if (text.trim() === '') return { kind: 'all' };
  const quoted = QUOTED.exec(text);
  if (quoted) return { kind: 'text', text: (quoted[2] ?? '').replace(/\\(.)/g, '$1').toLowerCase() };
  const named = (found: RegExpExecArray | null): boolean =>
    columns.has(found?.groups?.quoted ?? found?.groups?.name ?? '');
  const isExpression =
    COMPARED.test(text) || RECKONED.test(text) || named(AFTER_COLUMN.exec(text)) || named(DENIED.exec(text));
  if (!isExpression) return { kind: 'text', text: text.trim().toLowerCase() };
  return { kind: 'condition', condition: bindFilter(parseFilter(text), columns) };
}

/** The filter as a part of a longer one. */
export function asExpression(filter: Filter, text: string): string {
  switch (filter.kind) {
    case 'all':
      return '';
    case 'text':
      return quoteText(filter.text);
    case 'condition':
      return `(${text})`;
  }
}
