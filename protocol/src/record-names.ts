import type { ProbeSchema, Type } from './schema.ts';
import { resolveType } from './types.ts';

/** Which struct the name of a constant names: `TCP_EVENT_CONNECT` names `struct connect_event`. */

/** Words that say only that something is a record, or one of a kind. */
const GENERAL = new Set([
  'event',
  'events',
  'ev',
  'evt',
  'type',
  'types',
  'kind',
  'data',
  'info',
  'record',
  'rec',
  'msg',
  'message',
  't',
  's',
  'sample',
]);

export function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '' && !GENERAL.has(word));
}

export function structWords(schema: ProbeSchema, id: number): string[] {
  const type: Type = resolveType(schema, id);
  const written = schema.types[id];
  const name =
    'name' in type && type.name !== '' ? type.name : written && 'name' in written ? written.name : '';
  return wordsOf(name);
}

/** Whether all words of the struct stand at the end of the constant's. */
export function isNamed(constant: readonly string[], struct: readonly string[]): boolean {
  return struct.length > 0 && struct.every((word, at) => constant.at(at - struct.length) === word);
}
