import type { Leaf, Place } from './leaves.ts';
import type { ProbeSchema, Type } from './schema.ts';
import { isCharType, resolveType } from './types.ts';

/** What members tell of each other: how much of a list counts, which family an address is of, which member of a union is in use. */

/** A member of a union that a leaf lies in. */
export interface Arm {
  union: Type;
  /** Of what the union itself lies in. */
  path: readonly string[];
  member: string;
}
export type Arms = Map<Leaf, readonly Arm[]>;

/** The leaves with what their neighbours tell of them; two members of a union that hold one address become one. */
export function relateLeaves(schema: ProbeSchema, leaves: readonly Leaf[], arms: Arms): Leaf[] {
  const related = joinAddresses(schema, leaves);
  for (const leaf of related) {
    const count = countOfWords(schema, leaf, related);
    if (count) leaf.words = { countAt: count.offset };
    countElements(schema, leaf, related);
    if (leaf.size === 16 && ADDRESS_NAME.test(leaf.name)) {
      const family = familyOf(schema, leaf, related);
      if (family) leaf.family = family;
    }
    const chosen = (arms.get(leaf) ?? []).map((arm) => chosenBy(schema, arm, related)).find(Boolean);
    if (chosen) leaf.chosen = chosen;
  }
  return related;
}

function parentOf({ path }: Leaf): string {
  return path.slice(0, -1).join('.');
}

function placeOf(schema: ProbeSchema, leaf: Leaf): Place | undefined {
  const type = resolveType(schema, leaf.type);
  if (leaf.bitfield || (type.kind !== 'int' && type.kind !== 'enum') || leaf.size > 4) return undefined;
  return { at: leaf.offset, size: leaf.size, signed: type.signed };
}

/** What programs call a command line, and what they call its size: without that, text ends at its first NUL. */
const WORDS_NAME = /(^|\.)(args|argv|cmd_?line)$/;
const COUNT_SUFFIXES = ['_size', '_len', '_sz'];

function countOfWords(schema: ProbeSchema, leaf: Leaf, leaves: readonly Leaf[]): Leaf | undefined {
  const type = resolveType(schema, leaf.type);
  if (type.kind !== 'array' || !isCharType(schema, type.element) || !WORDS_NAME.test(leaf.name))
    return undefined;
  return leaves.find(
    (other) => other.size === 4 && COUNT_SUFFIXES.some((suffix) => other.name === `${leaf.name}${suffix}`),
  );
}

/** Beside `stack`: `stack_size` in bytes, `stack_count` or `nr_stack` in elements. */
const IN_BYTES = ['_size', '_sz', '_bytes'];
const IN_ELEMENTS = ['_count', '_cnt', '_nr', '_num'];
const BEFORE = ['nr_', 'num_', 'n_'];
/** Of wide elements nothing tells what a length counts. */
const LENGTHS = ['_len', '_length'];
/** What is a buffer's own is often called without its name. */
const BUFFER_NAME = /^(data|buf|buffer|payload|bytes|content)$/;
const BARE_LENGTHS = ['len', 'length', 'size'];

function countElements(schema: ProbeSchema, leaf: Leaf, leaves: readonly Leaf[]): void {
  const type = resolveType(schema, leaf.type);
  if (type.kind !== 'array' || leaf.path.length === 0) return;
  const own = leaf.path.at(-1) as string;
  const narrow = resolveType(schema, type.element);
  const isBytes = narrow.kind === 'int' && narrow.size === 1;
  for (const other of leaves) {
    const place = placeOf(schema, other);
    if (!place || other === leaf || parentOf(other) !== parentOf(leaf)) continue;
    const name = other.path.at(-1) as string;
    const isLength = LENGTHS.some((suffix) => name === own + suffix);
    const isBare = isBytes && BUFFER_NAME.test(own) && BARE_LENGTHS.includes(name);
    const inBytes = IN_BYTES.some((suffix) => name === own + suffix) || (isBytes && isLength) || isBare;
    const inElements =
      IN_ELEMENTS.some((suffix) => name === own + suffix) || BEFORE.some((prefix) => name === prefix + own);
    if (!inBytes && !inElements) continue;
    other.counts = leaf.name;
    // A number of words is no number of characters.
    if (!leaf.words && !(inElements && isCharType(schema, type.element)))
      leaf.count = { ...place, unit: inBytes ? 'bytes' : 'elements' };
  }
}

/** `saddr_v4` and `saddr_v6`, `addr.v4` and `addr.in6`. */
const FAMILY_SUFFIX = /[._]?(ip|in|ipv|v)?[46](_?addr)?$/;
const ADDRESS_NAME = /(addr\w{0,3}|(^|[._])ip|v6|ip6)$/;
const FAMILY_NAME = /^((sa_|sk_|skc_|addr_|address_|ip_)?family|af|(ip_?)?ver(sion)?|ip_?v)$/;

/** An IPv4 and an IPv6 address at one place are one address, as long as it has a name that is free. */
function joinAddresses(schema: ProbeSchema, leaves: readonly Leaf[]): Leaf[] {
  const narrowOf = (wide: Leaf): Leaf | undefined =>
    leaves.find(
      (each) =>
        each.size === 4 &&
        each.offset === wide.offset &&
        baseOf(each) === baseOf(wide) &&
        resolveType(schema, each.type).kind !== 'struct',
    );
  const gone = new Set<Leaf>();
  const joined = leaves.map((wide) => {
    const name = baseOf(wide);
    if (wide.size !== 16 || name === '' || leaves.some((each) => each.name === name)) return wide;
    const narrow = narrowOf(wide);
    if (!narrow) return wide;
    gone.add(narrow);
    return { ...wide, name, path: name.split('.'), tags: [...narrow.tags, ...wide.tags] };
  });
  return joined.filter((leaf) => !gone.has(leaf));
}

function baseOf({ name }: Leaf): string {
  return name.replace(FAMILY_SUFFIX, '');
}

/** Beside the address itself, else anywhere in the record. */
function familyOf(schema: ProbeSchema, leaf: Leaf, leaves: readonly Leaf[]): Place | undefined {
  const named = leaves.filter((each) => FAMILY_NAME.test(each.path.at(-1) ?? ''));
  const found = named.find((each) => parentOf(each) === parentOf(leaf)) ?? named[0];
  return found && placeOf(schema, found);
}

/**
 * Which values of the enum beside a union choose one of its members: those that are named as the member is, where each of the union's
 * members has one.
 */
function chosenBy(schema: ProbeSchema, arm: Arm, leaves: readonly Leaf[]): Leaf['chosen'] {
  const { union, path } = arm;
  if (union.kind !== 'union' || union.members.length < 2) return undefined;
  for (const leaf of leaves) {
    const type = resolveType(schema, leaf.type);
    const place = placeOf(schema, leaf);
    // In what holds the union, or a level further out.
    const around = parentOf(leaf);
    if (
      type.kind !== 'enum' ||
      !place ||
      (around !== path.join('.') && around !== path.slice(0, -1).join('.'))
    )
      continue;
    const valuesOf = (member: string): number[] =>
      type.values.filter(([name]) => isNamed(name, member)).map(([, value]) => Number(value));
    if (union.members.some(({ name }) => name === '' || valuesOf(name).length === 0)) continue;
    return { ...place, values: valuesOf(arm.member) };
  }
  return undefined;
}

/** `FSOPEN` and `EVENT_FSOPEN` name the member `fsopen`. */
function isNamed(value: string, member: string): boolean {
  const [long, short] = [value.toLowerCase(), member.toLowerCase()];
  return long === short || long.endsWith(`_${short}`);
}
