import type { ViewColumn } from '../../session/decoder.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** The filter that takes the rows whose cell shows this, or those where it does not. */
export function cellCondition({ name, align }: ViewColumn, text: string, sign: '==' | '!=' = '=='): string {
  const value = align === 'number' && NUMBER.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
  return `${columnWord(name)} ${sign} ${value}`;
}

/** A column's name as a filter writes it. */
export function columnWord(name: string): string {
  return NAME.test(name) ? name : `\`${name}\``;
}

/** Both conditions; a plain text becomes one that a condition can stand beside. */
export function joinFilters(filter: string, condition: string, isText: boolean): string {
  const before = filter.trim();
  if (before === '') return condition;
  if (isText && !/^".*"$/.test(before)) return `"${before.replace(/["\\]/g, '\\$&')}" && ${condition}`;
  return /\|\|/.test(before) ? `(${before}) && ${condition}` : `${before} && ${condition}`;
}
