import type { ProbeSchema } from '../schema.ts';
import { resolveType } from '../types.ts';
import { MEANINGS, type Meaning } from './meaning.ts';

/** What `btf_decl_tag("probepad:…")` annotations say, each without the prefix. They count more than any hint. */
export interface Tags {
  label?: string;
  /** Behind a plain number. */
  unit?: string;
  meaning?: Meaning;
  view?: string;
  /** Between what a global may be set. */
  range?: { least: number; most: number };
  /** The enum that counts the elements of a list or the keys of an array; `none`: none does. */
  index?: string;
  /** The enum that names the values, or their bits. */
  enum?: string;
  hidden: boolean;
  key: boolean;
  /** Tags that nothing is known of. */
  unknown: string[];
}

/** Units that say what a number is, rather than only what stands behind it. */
const UNITS: Record<string, Meaning> = {
  ns: 'duration_ns',
  us: 'duration_us',
  µs: 'duration_us',
  ms: 'duration_ms',
  s: 'duration_s',
  B: 'bytes',
  bytes: 'bytes',
  KiB: 'kibibytes',
  'B/s': 'bytes_per_second',
  '%': 'percent',
};

/** The annotations that there are, for remarks and help. */
export const TAGS_KNOWN =
  'label=…, unit=…, as=…, view=…, growth=…, scale=…, range=…, index=…, enum=…, hide, key';

/** For views alone, which read them themselves (views/leaf-roles.ts). */
const VIEW_TAGS: Record<string, readonly string[]> = {
  growth: ['gauge', 'counter'],
  scale: ['log2', 'linear'],
};

const RANGE = /^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)$/;

/**
 * `label=TEXT`, `unit=UNIT`, `as=MEANING` (one of MEANINGS), `view=VIEW`, `growth=gauge` or `counter`, `scale=log2` or `linear`, `range=LEAST..MOST`,
 * `index=ENUM`, `enum=ENUM`, `hide`, `key`.
 */
export function readTags(tags: readonly string[]): Tags {
  const found: Tags = { hidden: false, key: false, unknown: [] };
  for (const tag of tags) {
    const equals = tag.indexOf('=');
    const name = (equals < 0 ? tag : tag.slice(0, equals)).trim();
    const value = equals < 0 ? '' : tag.slice(equals + 1).trim();
    if (name === 'hide' && equals < 0) found.hidden = true;
    else if (name === 'key' && equals < 0) found.key = true;
    else if (name === 'label' && value !== '') found.label = value;
    else if (name === 'range' && rangeOf(value)) found.range = rangeOf(value) as NonNullable<Tags['range']>;
    else if (name === 'index' && value !== '') found.index = value;
    else if (name === 'enum' && value !== '') found.enum = value;
    else if (name === 'view' && value !== '') found.view = value;
    else if (name === 'as' && isMeaning(value)) found.meaning = value;
    else if (name === 'unit' && Object.hasOwn(UNITS, value)) found.meaning = UNITS[value] as Meaning;
    else if (name === 'unit' && value !== '') {
      found.unit = value;
      found.meaning = 'plain';
    } else if (!VIEW_TAGS[name]?.includes(value)) found.unknown.push(tag);
  }
  return found;
}

function rangeOf(text: string): Tags['range'] | undefined {
  const [, least, most] = RANGE.exec(text)?.map(Number) ?? [];
  return least !== undefined && most !== undefined && least < most ? { least, most } : undefined;
}

function isMeaning(text: string): text is Meaning {
  return (MEANINGS as readonly string[]).includes(text);
}

/** The annotations of a schema that say nothing, each once: unknown ones, and enums that were not found. */
export function unknownTags(schema: ProbeSchema): string[] {
  const members = schema.types.flatMap((type) =>
    type.kind === 'struct' || type.kind === 'union' ? type.members : [],
  );
  const tagged = [...members, ...schema.params].flatMap(({ tags, type }) => tagsWithout(schema, tags, type));
  const others = schema.sources.flatMap(({ tags }) => tagsWithout(schema, tags, undefined));
  return [...new Set([...tagged, ...others])];
}

/** @param id of what the tags stand at; undefined where no enum can be meant */
function tagsWithout(schema: ProbeSchema, tags: readonly string[] = [], id: number | undefined): string[] {
  const { unknown, enum: wanted } = readTags(tags);
  return wanted === undefined || (id !== undefined && isOfEnum(schema, id))
    ? unknown
    : [...unknown, `enum=${wanted}`];
}

function isOfEnum(schema: ProbeSchema, id: number): boolean {
  const type = resolveType(schema, id);
  return type.kind === 'array' ? isOfEnum(schema, type.element) : type.kind === 'enum';
}
