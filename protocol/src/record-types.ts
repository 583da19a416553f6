import { leavesOf } from './leaves.ts';
import type { ProbeSchema, Source, Type } from './schema.ts';
import { resolveType, sizeOfType } from './types.ts';
import { readInteger } from './values/value.ts';

/** Which of a source's record types a record has. Decision record 0012 tells what can be known and what not. */

/**
 * The type of the record at `start`…`end`: what its leading enum names, where each type has values of its own; else the type of exactly
 * its size, else the largest that fits (perf pads records, variable-length ones end later), else the largest, whose missing members
 * read as null. Undefined where no type is known.
 */
export function recordTypeOf(
  schema: ProbeSchema,
  source: Source,
): (view: DataView, start: number, end: number) => number | undefined {
  const [only, ...others] = source.records;
  if (others.length === 0) return () => only?.type;
  const leading = leadingEnum(schema, source);
  const bySize = [...source.records].sort((a, b) => b.size - a.size);
  return (view, start, end) => {
    const length = end - start;
    const named =
      leading && leading.size <= length
        ? leading.types.get(String(readInteger(view, start, leading.size, leading.signed)))
        : undefined;
    return (
      named ??
      (bySize.find(({ size }) => size === length) ?? bySize.find(({ size }) => size <= length) ?? bySize[0])
        ?.type
    );
  };
}

interface LeadingEnum {
  size: number;
  signed: boolean;
  /** The record's type by the enum's decimal value. */
  types: Map<string, number>;
}

/** The enum that all types of a source begin with, where its values' names say which type they belong to: each type has one at least. */
function leadingEnum(schema: ProbeSchema, { records }: Source): LeadingEnum | undefined {
  const firsts = records.map(({ type }) => leavesOf(schema, type)[0]);
  const [first] = firsts;
  if (!first || firsts.some((leaf) => leaf?.type !== first.type || leaf.offset !== 0 || leaf.bitfield))
    return undefined;
  const found = resolveType(schema, first.type);
  if (found.kind !== 'enum') return undefined;
  const types = new Map<string, number>();
  for (const [name, value] of found.values) {
    const words = wordsOf(name);
    const named = records.filter(({ type }) => isNamed(words, structWords(schema, type)));
    if (named[0] && named.length === 1) types.set(value, named[0].type);
  }
  const complete = records.every(({ type }) => [...types.values()].includes(type));
  return complete ? { size: found.size, signed: found.signed, types } : undefined;
}

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

function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '' && !GENERAL.has(word));
}

function structWords(schema: ProbeSchema, id: number): string[] {
  const type: Type = resolveType(schema, id);
  const written = schema.types[id];
  const name =
    'name' in type && type.name !== '' ? type.name : written && 'name' in written ? written.name : '';
  return wordsOf(name);
}

/** `TCP_EVENT_CONNECT` names `struct connect_event`: all words of the struct stand at the end of the value's. */
function isNamed(value: readonly string[], struct: readonly string[]): boolean {
  return struct.length > 0 && struct.every((word, at) => value.at(at - struct.length) === word);
}

/** What may be chosen for a source whose records are not known, or not told apart: its `Source.candidates`, by name. */
export function structNameOf(schema: ProbeSchema, id: number): string {
  const type = resolveType(schema, id);
  return 'name' in type ? type.name : '';
}

/**
 * The schema with record types as a user chose them: names of structs by the names of sources. A name that the program does not
 * have leaves the source as it is.
 */
export function withRecordTypes(schema: ProbeSchema, chosen: Readonly<Record<string, string>>): ProbeSchema {
  const sources = schema.sources.map((source): Source => {
    const name = Object.hasOwn(chosen, source.name) ? chosen[source.name] : undefined;
    const found =
      source.kind === 'events' && name !== undefined
        ? candidatesOf(source).find(({ type }) => structNameOf(schema, type) === name)
        : undefined;
    if (!found) return source;
    return {
      ...source,
      records: [{ type: found.type, size: sizeOfType(schema, found.type) }],
      recordsFrom: 'chosen',
    };
  });
  return { ...schema, sources };
}

/** What a user may choose for a source: what the program may send, then every other struct of its own. */
export function candidatesOf({ records, candidates = [] }: Source): Source['records'] {
  return [...records, ...candidates.filter(({ type }) => !records.some((record) => record.type === type))];
}

/** Whether a user has something to choose: nothing is known, or two types look alike. */
export function asksForType(schema: ProbeSchema, source: Source): boolean {
  if (source.kind !== 'events') return false;
  if (source.records.length === 0) return (source.candidates ?? []).length > 0;
  const sizes = new Set(source.records.map(({ size }) => size));
  return sizes.size < source.records.length && leadingEnum(schema, source) === undefined;
}
