import { isKindName, leadingNumber } from '@probepad/protocol/leading-number';
import { isNamed, structWords, wordsOf } from '@probepad/protocol/record-names';
import { isToldApart } from '@probepad/protocol/record-types';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import type { EnumLookup } from './enum-lookup.ts';

/** A constant that the program's text names, and what it was defined beside. */
interface Constant {
  name: string;
  value: number;
}

/** A family of constants that name the structs of a source, by what their names have beside the struct's: `EVENT_` of `EVENT_OPEN`. */
type Family = Map<number, Set<number>>;

/** Names of limits: `MAX_OPEN` is as many of them, and none's kind. */
const AMOUNTS = /(^|_)(max|min|nr|num|no|size|len|length|limit|count|shift|bits|mask|timeout|depth)(_|$)/i;

/**
 * Says which struct the records of a source are by the number that they begin with (`__u32 type`), where the program's text has a constant
 * for each: `#define EVENT_OPEN 1` or an enum's `EVENT_OPEN` for `struct open_event`. Only where one family of names has exactly one
 * value for each of the structs, and no other family has others; the number's name must say that it is a type or kind.
 */
export function withRecordValues(
  schema: ProbeSchema,
  texts: readonly string[],
  enums: EnumLookup,
): ProbeSchema {
  let constants: Constant[] | undefined;
  const sources = schema.sources.map((source): Source => {
    if (source.kind !== 'events' || source.records.length < 2 || isToldApart(schema, source)) return source;
    const leading = leadingNumber(schema, source);
    if (leading === undefined || !isKindName(leading.name)) return source;
    constants ??= constantsIn(texts, enums);
    const fitting = constants.filter(({ value }) => fits(value, leading));
    const byValue = namedValues(schema, source.records, fitting);
    return byValue === undefined ? source : { ...source, byValue };
  });
  return { ...schema, sources };
}

function fits(value: number, { size, signed }: { size: number; signed: boolean }): boolean {
  const bits = 8 * size - (signed ? 1 : 0);
  return value < 2 ** bits && value >= (signed ? -(2 ** bits) : 0);
}

/** The struct of each value; undefined where the names don't tell all of them, or not clearly. */
function namedValues(
  schema: ProbeSchema,
  records: Source['records'],
  constants: readonly Constant[],
): Source['byValue'] {
  const structs = records.map(({ type }) => ({ type, words: structWords(schema, type) }));
  const families = new Map<string, Family>();
  for (const { name, value } of constants) {
    const words = wordsOf(name);
    const named = structs.filter((struct) => isNamed(words, struct.words));
    const [struct] = named;
    if (named.length !== 1 || struct === undefined) continue;
    const key = besideStruct(name, struct.words);
    const family: Family = families.get(key) ?? new Map();
    families.set(key, family.set(struct.type, new Set([...(family.get(struct.type) ?? []), value])));
  }
  const told = [...families.values()].flatMap((family) => {
    const values = structs.map(({ type }) => [...(family.get(type) ?? [])]);
    const isClear =
      values.every(({ length }) => length === 1) && new Set(values.flat()).size === structs.length;
    return isClear ? [structs.map(({ type }, at): [string, number] => [String(values[at]?.[0]), type])] : [];
  });
  const [first, ...others] = told;
  return others.every((each) => JSON.stringify(each) === JSON.stringify(first)) ? first : undefined;
}

function besideStruct(name: string, struct: readonly string[]): string {
  const words = name.toLowerCase().split('_');
  return words.map((word) => (struct.includes(word) ? '' : word)).join('_');
}

/** Integers that `#define` and enums of the program's own files name; a name that is given two values has none. */
function constantsIn(texts: readonly string[], enums: EnumLookup): Constant[] {
  const values = new Map<string, Set<number>>();
  const found = [...texts.flatMap(definesIn), ...enums.own.flatMap((each) => each.values)];
  for (const [name, value] of found) values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values].flatMap(([name, [value, ...others]]) =>
    value === undefined || others.length > 0 || AMOUNTS.test(name) ? [] : [{ name, value }],
  );
}

const DEFINE =
  /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)[ \t]+\(?[ \t]*(-?(?:0[xX][0-9a-fA-F]+|[1-9]\d*|0))[uUlL]*[ \t]*\)?[ \t]*$/gm;

function definesIn(text: string): [name: string, value: number][] {
  return [...text.matchAll(DEFINE)].map(([, name = '', value = '']) => [name, Number(value)]);
}
