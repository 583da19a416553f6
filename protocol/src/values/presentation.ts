import type { Leaf } from '../leaves.ts';
import type { ProbeSchema, Type } from '../schema.ts';
import { isAddress6, isCharType, resolveType, sizeOfType } from '../types.ts';
import { elementNames } from './element-names.ts';
import { bitNames, flagsOf } from './enum-flags.ts';
import { HINTS, type Hint } from './hints.ts';
import { type Meaning, nameKindOf } from './meaning.ts';
import type { NameKind } from './name.ts';
import { readTags } from './tags.ts';
import { memberTimeUnit } from './time-unit.ts';
import type { Value } from './value.ts';

/** How values of one member, variable, key or element are shown. */
export interface Presentation {
  meaning: Meaning;
  /** What the host is asked a name for; `code` is a symbol of the kernel or of a process. Absent: nothing. */
  nameKind?: NameKind | 'code';
  /** Stands behind numbers that mean nothing more: `pages`. */
  unit?: string;
  /** What heads the column in place of the member's path. */
  label?: string;
  /** Not shown until asked for. */
  hidden?: true;
  /** Told apart by this: a series or a row for each. */
  key?: true;
  /** The view that the author wants. */
  view?: string;
  /** Names of bits, for `enum_flags`. */
  flags?: readonly (readonly [name: string, bits: bigint])[];
  /** Of an array's elements. */
  element?: Presentation;
  /** What an array's elements are called, where an enum counts them. */
  elementNames?: readonly string[];
  /** Of a struct's members by their names, where a struct is one value (in an array). */
  members?: Readonly<Record<string, Presentation>>;
}

/** Nothing is known of a value. */
export const PLAIN: Presentation = { meaning: 'plain' };

/** What a presentation is made from; a `Leaf` is one. */
export interface Presented {
  type: number;
  /** The member's path; its last name tells most. */
  name: string;
  tags?: readonly string[] | undefined;
  /** Of a list: the enum whose values count its elements. */
  index?: number | undefined;
  /** An address whose family another member tells. */
  family?: unknown;
  /** The key of a trie of prefixes. */
  prefix?: unknown;
  /** What it only counts. */
  counts?: string | undefined;
}

const NESTED_MAX = 8;
/** Texts that name a process already, and ids of processes; what stands before says which. */
const COMMAND = /(comm|task|command|process|proc_?name|name)$/;
const PROCESS = /(pid|tgid|tid)$/;

/**
 * How a value is shown, by its type, its name, its annotations and what stands around it.
 * @param around the type that it is a member of, if any
 */
export function presentationOf(schema: ProbeSchema, presented: Presented, around?: number): Presentation {
  const structs = around === undefined ? [] : surroundings(schema, around, presented.name);
  return present(schema, presented, structs, 0);
}

/** `presentationOf`, where only the meaning counts. */
export function meaningOf(schema: ProbeSchema, presented: Presented, around?: number): Meaning {
  return presentationOf(schema, presented, around).meaning;
}

/**
 * The presentation of each leaf of a record, or of a key or value. A process whose command stands beside its id is not asked for.
 * @param beside further leaves of the same row
 */
export function presentLeaves(
  schema: ProbeSchema,
  leaves: readonly Leaf[],
  around: number,
  beside: readonly Leaf[] = [],
): Presentation[] {
  const commands = [...leaves, ...beside]
    .filter(({ name, type }) => COMMAND.test(name) && isTextArray(schema, type))
    .map(({ name }) => lastOf(name).replace(COMMAND, ''));
  return leaves.map((leaf) => {
    const shown = presentationOf(schema, leaf, around);
    const whose = lastOf(leaf.name);
    // `comm` tells of `pid`, `prev_task` of `prev_pid`.
    if (PROCESS.test(whose) && commands.includes(whose.replace(PROCESS, ''))) delete shown.nameKind;
    return shown;
  });
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Which of a row's leaves says whose addresses the others hold; -1 when none does. */
export function processLeaf(leaves: readonly Leaf[], shown: readonly Presentation[]): number {
  const wanted = [/(^|\.)tgid$/, /(^|\.)pid$/, /pid/];
  for (const name of wanted) {
    const found = leaves.findIndex((leaf, at) => name.test(leaf.name) && isProcess(shown[at]));
    if (found >= 0) return found;
  }
  return -1;
}

function isProcess(shown: Presentation | undefined): boolean {
  return shown?.meaning === 'pid' || shown?.meaning === 'pid_tgid';
}

/** The process id in a value of `processLeaf`. */
export function processOf(value: Value, shown: Presentation | undefined): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  return Number(shown?.meaning === 'pid_tgid' ? BigInt.asUintN(64, BigInt(value)) >> 32n : value);
}

function isTextArray(schema: ProbeSchema, id: number): boolean {
  const type = resolveType(schema, id);
  return type.kind === 'array' && isCharType(schema, type.element);
}

function present(
  schema: ProbeSchema,
  presented: Presented,
  structs: readonly string[],
  depth: number,
): Presentation {
  const { type: id } = presented;
  const tags = readTags(presented.tags ?? []);
  const type = resolveType(schema, id);
  const hinted =
    tags.meaning ??
    (presented.prefix ? 'prefix' : presented.family ? 'ipv6' : hintedMeaning(schema, presented, structs));
  const shown: Presentation = { meaning: hinted ?? 'plain' };
  if (tags.unit !== undefined) shown.unit = tags.unit;
  if (tags.label !== undefined) shown.label = tags.label;
  if (tags.hidden || presented.counts !== undefined) shown.hidden = true;
  if (tags.key) shown.key = true;
  if (tags.view !== undefined) shown.view = tags.view;
  if (type.kind === 'enum') {
    const flags = tags.meaning === 'enum_flags' ? bitNames(type) : flagsOf(type);
    if (tags.meaning === undefined) shown.meaning = flags ? 'enum_flags' : 'id';
    if (flags) shown.flags = flags;
  }
  const nameKind = nameKindOf(shown.meaning);
  if (nameKind !== undefined) shown.nameKind = nameKind;
  if (depth > NESTED_MAX || isAddress6(schema, id)) return shown;
  if (type.kind === 'array' && !isCharType(schema, type.element)) {
    shown.element =
      shown.meaning === 'code'
        ? { meaning: 'code', nameKind: 'code' }
        : elementOf(
            present(schema, { ...presented, index: undefined, type: type.element }, structs, depth + 1),
          );
    const names = elementNames(schema, presented.index, type.length);
    if (names) shown.elementNames = names;
  }
  if (type.kind === 'struct' || type.kind === 'union') {
    shown.members = Object.fromEntries(membersOf(schema, type, depth));
  }
  return shown;
}

/** Amounts by kind are kept in lists, moments are not. */
function elementOf(shown: Presentation): Presentation {
  return shown.meaning === 'time_ns' || shown.meaning === 'time_us' ? PLAIN : shown;
}

/** Each member's presentation; those of unnamed members are the parent's own. */
function membersOf(
  schema: ProbeSchema,
  struct: Extract<Type, { kind: 'struct' | 'union' }>,
  depth: number,
): [string, Presentation][] {
  if (depth > NESTED_MAX) return [];
  return struct.members.flatMap((member): [string, Presentation][] => {
    const inner = resolveType(schema, member.type);
    if (member.name === '' && (inner.kind === 'struct' || inner.kind === 'union')) {
      return membersOf(schema, inner, depth + 1);
    }
    return [[member.name, present(schema, member, [struct.name], depth + 1)]];
  });
}

function hintedMeaning(
  schema: ProbeSchema,
  { type: id, name }: Presented,
  structs: readonly string[],
): Meaning | undefined {
  if (isAddress6(schema, id)) return 'ipv6';
  const type = resolveType(schema, id);
  const element = type.kind === 'array' ? resolveType(schema, type.element) : undefined;
  const last = lastOf(name).toLowerCase();
  const names = typeNames(schema, id);
  const size = sizeOfType(schema, id);
  const fits = (hint: Hint): boolean =>
    (hint.kind === undefined || hint.kind === type.kind) &&
    (hint.sizes === undefined || hint.sizes.includes(size)) &&
    (hint.name === undefined || hint.name.test(last)) &&
    (hint.type === undefined || names.some((each) => hint.type?.test(each))) &&
    (hint.struct === undefined || structs.some((each) => hint.struct?.test(each))) &&
    (hint.program === undefined || schema.programs.some(({ section }) => hint.program?.test(section))) &&
    (hint.networkOrder === undefined || (schema.networkOrder ?? []).includes(last)) &&
    (hint.timeDifference === undefined || (schema.timeDifferences ?? []).includes(last)) &&
    (hint.unitUntold === undefined || memberTimeUnit(schema) !== undefined) &&
    isPossible(hint.meaning, type, element);
  const found = HINTS.find(fits);
  return found?.unitUntold ? `duration_${memberTimeUnit(schema) ?? 'ns'}` : found?.meaning;
}

/** Whether a value of this type can mean that at all, whatever its name is. */
function isPossible(meaning: Meaning, type: Type, element: Type | undefined): boolean {
  const isNumber = type.kind === 'int' && type.encoding !== 'bool';
  switch (meaning) {
    case 'words':
      return element !== undefined && isText(element);
    case 'mac':
    case 'ipv4':
    case 'ipv6':
    case 'ip':
      return isNumber || (element?.kind === 'int' && !isText(element));
    case 'code':
      return type.kind === 'pointer' || (isNumber && type.size === 8) || isNumberOf(element, 8);
    case 'plain':
      return true;
    case 'hex':
      return isNumber || type.kind === 'pointer';
    default:
      return isNumber;
  }
}

function isText(type: Type): boolean {
  return type.kind === 'int' && (type.encoding === 'char' || type.name === 'char');
}

function isNumberOf(type: Type | undefined, size: number): boolean {
  return type !== undefined && ((type.kind === 'int' && type.size === size) || type.kind === 'pointer');
}

/** The name that is written and those of all typedefs behind it. */
function typeNames(schema: ProbeSchema, id: number): string[] {
  const found: string[] = [];
  for (let at = id, hops = 0; hops < 64; hops++) {
    const type = schema.types[at];
    if (type === undefined) break;
    if ('name' in type) found.push(type.name);
    if (type.kind !== 'typedef') break;
    at = type.target;
  }
  return found;
}

/** What a member is in: the names of the structs and of the members on the way to it. */
function surroundings(schema: ProbeSchema, around: number, path: string): string[] {
  const names: string[] = [];
  let type: Type | undefined = resolveType(schema, around);
  for (const step of [...path.split('.').slice(0, -1), '']) {
    if (type !== undefined && 'name' in type && type.name !== '') names.push(type.name);
    if (step === '') break;
    names.push(step);
    const member: number | undefined = type && memberType(schema, type, step, 0);
    type = member === undefined ? undefined : resolveType(schema, member);
  }
  return names;
}

function memberType(schema: ProbeSchema, type: Type, name: string, depth: number): number | undefined {
  if ((type.kind !== 'struct' && type.kind !== 'union') || depth > NESTED_MAX) return undefined;
  for (const member of type.members) {
    if (member.name === name) return member.type;
    const inner =
      member.name === '' ? memberType(schema, resolveType(schema, member.type), name, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
