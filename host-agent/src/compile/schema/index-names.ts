import type { ProbeSchema, Source, Type } from '@probepad/protocol/schema';
import { sizeOfType } from '@probepad/protocol/types';
import { readTags } from '@probepad/protocol/values/tags';
import type { EnumLookup } from './enum-lookup.ts';
import type { EnumText } from './enum-text.ts';

/** The one member of a struct, or map, that is counted by an enum: `__u64 stats[S_MAXSTAT]`. */
type Member = Extract<Type, { kind: 'struct' | 'union' }>['members'][number];

/** Names for one or two things help nobody. */
const NAMES_LEAST = 2;
const IDENTIFIER = /^[A-Za-z_]\w*$/;
/** Lists longer than this are no lists of kinds. */
const LENGTH_MAX = 1024;

/**
 * Says of lists and array maps which enum counts them, so that their elements have its names: BTF keeps the length alone. The text tells
 * the word that the length was written as; it counts only where it is an enumerator of just that value, the enum has all numbers up to
 * there and none above, and every list of the same name is declared with the same word. `probepad:index=ENUM` (its name, or any of its enumerators) settles it, `probepad:index=none` leaves numbers.
 * @param texts of the program's files, without comments
 */
export function withIndexNames(
  schema: ProbeSchema,
  texts: readonly string[],
  enums: EnumLookup,
): ProbeSchema {
  const types = [...schema.types];
  const ids = new Map<string, number>();

  const add = ({ name, values }: EnumText): number => {
    const key = JSON.stringify(values);
    const id = ids.get(key) ?? types.length;
    if (id === types.length) {
      const named = values.map(([each, value]): [string, string] => [each, String(value)]);
      types.push({
        kind: 'enum',
        name,
        size: 4,
        signed: values.some(([, value]) => value < 0),
        values: named,
      });
    }
    ids.set(key, id);
    return id;
  };

  const countingEnum = ([word, ...others]: readonly string[], length: number): EnumText | undefined => {
    if (word === undefined || others.length > 0 || !IDENTIFIER.test(word)) return undefined;
    const found = enums.withValue(word);
    const isLength = found?.values.some(([name, value]) => name === word && value === length);
    return found && isLength && isCount(found, length) ? found : undefined;
  };

  /** @param words what the length is written as */
  const indexOf = (length: number, tags: readonly string[] | undefined, words: () => Set<string>) => {
    const { index } = readTags(tags ?? []);
    if (index === 'none' || length > LENGTH_MAX) return undefined;
    const found = index === undefined ? countingEnum([...words()], length) : enums.chosen(index);
    return found === undefined || namesBelow(found, length) < NAMES_LEAST ? undefined : add(found);
  };

  const withIndex = (member: Member): Member => {
    const length = listLength(schema, member.type);
    if (length === undefined || !IDENTIFIER.test(member.name)) return member;
    const index = indexOf(length, member.tags, () => resolved(lengthWords(texts, member.name), texts));
    return index === undefined ? member : { ...member, index };
  };
  schema.types.forEach((type, id) => {
    if (type.kind !== 'struct' && type.kind !== 'union') return;
    types[id] = { ...type, members: type.members.map(withIndex) };
  });
  const sources = schema.sources.map((source): Source => {
    if (!isIndexed(schema, source) || !IDENTIFIER.test(source.name)) return source;
    const words = () => resolved(entryWords(texts, source.name), texts);
    const keyType = indexOf(source.maxEntries, source.tags, words);
    return keyType === undefined ? source : { ...source, keyType };
  });
  return { ...schema, types, sources };
}

function namesBelow({ values }: EnumText, length: number): number {
  return new Set(values.flatMap(([, value]) => (value >= 0 && value < length ? [value] : []))).size;
}

/** An enum of constants, as `{ RETRIES = 3, SLOTS = 8 }`, counts nothing. */
function isCount(counting: EnumText, length: number): boolean {
  return namesBelow(counting, length) === length && counting.values.every(([, value]) => value <= length);
}

/** Of a list of anything but characters. */
function listLength(schema: ProbeSchema, id: number): number | undefined {
  const type = schema.types[id];
  if (type?.kind === 'typedef') return listLength(schema, type.target);
  if (type?.kind !== 'array') return undefined;
  const element = schema.types[type.element];
  return element?.kind === 'int' && element.encoding === 'char' ? undefined : type.length;
}

/** An array whose keys are numbers only because they have to be. */
function isIndexed(schema: ProbeSchema, { mapType, keySize, keyType }: Source): boolean {
  if (mapType !== 'array' && mapType !== 'percpu_array') return false;
  if (keySize !== 4 || keyType === undefined) return keySize === 4;
  const type = schema.types[keyType];
  return type?.kind !== 'enum' && sizeOfType(schema, keyType) === 4;
}

/** What stands between the brackets where a list of this name is declared, as it is written. */
function lengthWords(texts: readonly string[], name: string): Set<string> {
  // Behind it comes another dimension, a value, the end, or an attribute.
  const brackets = new RegExp(`\\b${name}\\s*\\[\\s*([^\\]]*?)\\s*\\](?=\\s*(?:[;,[A-Za-z_]|=(?!=)))`, 'g');
  return new Set(
    texts.flatMap((text) =>
      [...text.matchAll(brackets)].flatMap(({ 1: word, index }) =>
        word !== undefined && isTypeBefore(text, index) ? [word] : [],
      ),
    ),
  );
}

const STATEMENT_MAX = 1024;

/** Whether what stands before a name, from the end of the statement before on, begins its declaration: anything else uses it. */
function isTypeBefore(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - STATEMENT_MAX), at);
  const statement = before.slice(Math.max(...[...';{}'].map((end) => before.lastIndexOf(end))) + 1);
  let left = statement.replace(/^[ \t]*#.*$/gm, '');
  // Attributes, and the lengths of names before this one.
  for (let whole = ''; whole !== left; ) {
    whole = left;
    left = left.replace(/\([^()]*\)|\[[^[\]]*\]/g, ' ');
  }
  return /^\s*(?!(?:return|else|if|for|while|do|case|goto|sizeof)\b)[A-Za-z_][\w\s*,]*[\s*,]$/.test(left);
}

/** The word for `max_entries` in the definition of a map. */
function entryWords(texts: readonly string[], map: string): Set<string> {
  const end = new RegExp(`\\}\\s*${map}\\s+SEC\\s*\\(\\s*"\\.maps"\\s*\\)`);
  return new Set(
    texts.flatMap((text) => {
      const at = text.search(end);
      if (at < 0) return [];
      const definition = text.slice(text.lastIndexOf('{', at), at);
      return /\bmax_entries\s*,\s*([A-Za-z_]\w*)\s*\)/.exec(definition)?.[1] ?? [];
    }),
  );
}

/** A word that is defined as another one stands for that. */
function resolved(words: ReadonlySet<string>, texts: readonly string[]): Set<string> {
  return new Set(
    [...words].map((word) => {
      // An expression stands for itself, and is no pattern.
      if (!IDENTIFIER.test(word)) return word;
      const definition = new RegExp(
        `^[ \\t]*#[ \\t]*define[ \\t]+${word}[ \\t]+([A-Za-z_]\\w*)[ \\t]*$`,
        'm',
      );
      for (const text of texts) {
        const found = definition.exec(text)?.[1];
        if (found !== undefined) return found;
      }
      return word;
    }),
  );
}
