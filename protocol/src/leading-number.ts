import { leavesOf } from './leaves.ts';
import type { ProbeSchema, Source } from './schema.ts';
import { resolveType } from './types.ts';
import { readInteger } from './values/value.ts';

/** The integer or enum that structs begin with: a type or kind, by which a program tells its records apart. */
export interface LeadingNumber {
  /** The member's last name. */
  name: string;
  /** In bytes. */
  size: number;
  signed: boolean;
  /** The structs that begin with it: those that the records are, and others that they may be. */
  records: Source['records'];
}

/** Names of members that say what a record is, and not whom or how much it is about. */
const KIND =
  /^(\w*_)?(type|kind|tag|op|opcode|action|variant|event|ev|evt|what|etype|evtype|event_?id|type_?id)$/i;

export function isKindName(name: string): boolean {
  return KIND.test(name);
}

/**
 * What the records of a source all begin with, where that is one number; where nothing is known of them, what most of the structs
 * that they may be begin with under a name that says which they are. Undefined where there is none.
 */
export function leadingNumber(
  schema: ProbeSchema,
  { records, candidates = [] }: Source,
): LeadingNumber | undefined {
  const first = records[0] ? firstNumber(schema, records[0].type) : commonest(schema, candidates);
  if (first === undefined) return undefined;
  const begins = ({ type }: Source['records'][number]): boolean => isAlike(first, firstNumber(schema, type));
  if (!records.every((record) => sameSize(first, firstNumber(schema, record.type)))) return undefined;
  const others = candidates.filter((each) => begins(each) && !records.some(({ type }) => type === each.type));
  return { ...first, records: [...records, ...others] };
}

/** Of two structs or more. */
function commonest(schema: ProbeSchema, candidates: Source['records']): First | undefined {
  const firsts = candidates.flatMap(({ type }) => {
    const first = firstNumber(schema, type);
    return first && isKindName(first.name) ? [first] : [];
  });
  const countOf = (first: First): number => firsts.filter((each) => isAlike(each, first)).length;
  const found = firsts.toSorted((a, b) => countOf(b) - countOf(a))[0];
  return found && countOf(found) > 1 ? found : undefined;
}

function sameSize(a: First, b: First | undefined): boolean {
  return a.size === b?.size && a.signed === b.signed;
}

function isAlike(a: First, b: First | undefined): boolean {
  return sameSize(a, b) && a.name === b?.name;
}

type First = Omit<LeadingNumber, 'records'>;

function firstNumber(schema: ProbeSchema, id: number): First | undefined {
  const leaf = leavesOf(schema, id)[0];
  if (leaf?.offset !== 0 || leaf.bitfield) return undefined;
  const type = resolveType(schema, leaf.type);
  const isNumber = type.kind === 'enum' || (type.kind === 'int' && type.encoding === 'integer');
  if (!isNumber) return undefined;
  return { name: leaf.path.at(-1) ?? '', size: type.size, signed: type.signed };
}

/** The number at a record's start; undefined where the record is too short. */
export function leadingValue(
  { size, signed }: Pick<LeadingNumber, 'size' | 'signed'>,
  view: DataView,
  start: number,
  end: number,
): number | bigint | undefined {
  return size <= end - start ? readInteger(view, start, size, signed) : undefined;
}

/** What `leadingValue` gives for a decimal value. */
export function leadingValueOf({ size }: Pick<LeadingNumber, 'size'>, text: string): number | bigint {
  return size <= 4 && size !== 3 ? Number(text) : BigInt(text);
}
