import { type LeadingNumber, leadingNumber, leadingValue, leadingValueOf } from './leading-number.ts';
import { leavesOf } from './leaves.ts';
import { isNamed, structWords, wordsOf } from './record-names.ts';
import type { ProbeSchema, Source } from './schema.ts';
import { resolveType, sizeOfType } from './types.ts';

/** Which of a source's record types a record has. Decision record 0012 tells what can be known and what not. */

/**
 * The type of the record at `start`…`end`: what its leading number is said to be, or its leading enum names; else the type of exactly
 * its size, else the largest that fits (perf pads records, variable-length ones end later), else the largest, whose missing members
 * read as null. Undefined where no type is known.
 */
export function recordTypeOf(
  schema: ProbeSchema,
  source: Source,
): (view: DataView, start: number, end: number) => number | undefined {
  const [only, ...others] = source.records;
  if (others.length === 0) return () => only?.type;
  const leading = leadingValues(schema, source) ?? leadingEnum(schema, source);
  const bySize = [...source.records].sort((a, b) => b.size - a.size);
  return (view, start, end) => {
    const length = end - start;
    const value = leading && leadingValue(leading, view, start, end);
    const named = value === undefined ? undefined : leading?.types.get(value);
    return (
      named ??
      (bySize.find(({ size }) => size === length) ?? bySize.find(({ size }) => size <= length) ?? bySize[0])
        ?.type
    );
  };
}

interface LeadingTypes extends Pick<LeadingNumber, 'size' | 'signed'> {
  /** The record's type by the value that it begins with. */
  types: Map<number | bigint, number>;
}

/** What the host read in the program's text, or a user said. */
function leadingValues(schema: ProbeSchema, source: Source): LeadingTypes | undefined {
  const { byValue } = source;
  const leading = byValue && leadingNumber(schema, source);
  if (!byValue || !leading) return undefined;
  return {
    ...leading,
    types: new Map(byValue.map(([value, type]) => [leadingValueOf(leading, value), type])),
  };
}

/** The enum that all types of a source begin with, where its values' names say which type they belong to: each type has one at least. */
function leadingEnum(schema: ProbeSchema, { records }: Source): LeadingTypes | undefined {
  const firsts = records.map(({ type }) => leavesOf(schema, type)[0]);
  const [first] = firsts;
  if (!first || firsts.some((leaf) => leaf?.type !== first.type || leaf.offset !== 0 || leaf.bitfield))
    return undefined;
  const found = resolveType(schema, first.type);
  if (found.kind !== 'enum') return undefined;
  const types = new Map<number | bigint, number>();
  for (const [name, value] of found.values) {
    const words = wordsOf(name);
    const named = records.filter(({ type }) => isNamed(words, structWords(schema, type)));
    if (named[0] && named.length === 1) types.set(leadingValueOf(found, value), named[0].type);
  }
  const complete = records.every(({ type }) => [...types.values()].includes(type));
  return complete ? { size: found.size, signed: found.signed, types } : undefined;
}

/** What may be chosen for a source whose records are not known, or not told apart: its `Source.candidates`, by name. */
export function structNameOf(schema: ProbeSchema, id: number): string {
  const type = resolveType(schema, id);
  return 'name' in type ? type.name : '';
}

/**
 * The schema with record types as a user chose them: names of structs by the names of sources, or by source and the decimal value that the
 * records begin with, `events:2`. A name that the program does not have leaves the source as it is.
 */
export function withRecordTypes(schema: ProbeSchema, chosen: Readonly<Record<string, string>>): ProbeSchema {
  const choices = Object.entries(chosen);
  const sources = schema.sources.map((source): Source => {
    if (source.kind !== 'events') return source;
    const typeOf = (name: string): number | undefined =>
      candidatesOf(source).find(({ type }) => structNameOf(schema, type) === name)?.type;
    const whole = choices.find(([key]) => key === source.name);
    const type = whole && typeOf(whole[1]);
    if (type !== undefined) {
      const { byValue: _, ...others } = source;
      return { ...others, records: [{ type, size: sizeOfType(schema, type) }], recordsFrom: 'chosen' };
    }
    const byValue = choices.flatMap(([key, name]): [string, number][] => {
      const value = choiceOf(key);
      const named = value?.source === source.name ? typeOf(name) : undefined;
      return value && named !== undefined ? [[value.value, named]] : [];
    });
    return byValue.length === 0 ? source : readByValue(schema, source, byValue);
  });
  return { ...schema, sources };
}

/** What a user says of one value: `events:2`. */
export function choiceKey(source: string, value: string): string {
  return `${source}:${value}`;
}

/** The source and value of such a key; undefined for the name of a source. */
export function choiceOf(key: string): { source: string; value: string } | undefined {
  const [, source, value] = /^([^:]+):(-?\d+)$/.exec(key) ?? [];
  return source === undefined || value === undefined ? undefined : { source, value };
}

/** What was known of other values stays. */
function readByValue(
  schema: ProbeSchema,
  source: Source,
  chosen: readonly (readonly [string, number])[],
): Source {
  const byValue = [...new Map([...(source.byValue ?? []), ...chosen])];
  const types = new Set([...source.records.map(({ type }) => type), ...byValue.map(([, type]) => type)]);
  const records = [...types].map((type) => ({ type, size: sizeOfType(schema, type) }));
  const read: Source = { ...source, records, byValue, recordsFrom: 'chosen' };
  return leadingNumber(schema, read) === undefined ? source : read;
}

/** What a user may choose for a source: what the program may send, then every other struct of its own. */
export function candidatesOf({ records, candidates = [] }: Source): Source['records'] {
  return [...records, ...candidates.filter(({ type }) => !records.some((record) => record.type === type))];
}

/** Whether each record says by what it begins with which of the types it is. */
export function isToldApart(schema: ProbeSchema, source: Source): boolean {
  return source.byValue !== undefined || leadingEnum(schema, source) !== undefined;
}

/** Whether a user has something to choose: nothing is known, or two types look alike. */
export function asksForType(schema: ProbeSchema, source: Source): boolean {
  if (source.kind !== 'events') return false;
  if (source.records.length === 0) return (source.candidates ?? []).length > 0;
  const sizes = new Set(source.records.map(({ size }) => size));
  return sizes.size < source.records.length && !isToldApart(schema, source);
}
