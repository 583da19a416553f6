import type { ProbeSchema, Source, Type } from '@probepad/protocol/schema';
import { isCharType, nameOfType, resolveType, sizeOfType } from '@probepad/protocol/types';
import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import { isAmountMeaning } from '@probepad/protocol/values/meaning';
import { type Presentation, presentationOf } from '@probepad/protocol/values/presentation';
import { readTags } from '@probepad/protocol/values/tags';
import type { Value } from '@probepad/protocol/values/value';
import type { GlobalValue } from '../session/globals.ts';
import { unitOfMeaning } from './column-facts.ts';
import { numberOf } from './present.ts';
import { rawText } from './raw-text.ts';
import type { Stream } from './stream.ts';

/** Elements of an array that have rows of their own; of longer ones the first. */
const ELEMENTS_MAX = 64;
const DEPTH_MAX = 6;

/** A place in a section: a variable, a member of one or an element. */
interface Place {
  /** As C writes it: `limits[2].burst`. */
  name: string;
  type: number;
  offset: number;
  value: Value;
  shown: Presentation;
  tags: readonly string[];
  depth: number;
  /** Bitfields are a part of what could be written. */
  isPart: boolean;
}

/** The variables of a section on one host, each before what it consists of. */
export function variablesIn(source: Source, stream: Stream, value: Value): GlobalValue[] {
  const { schema } = stream.decoder;
  const section = source.valueType === undefined ? undefined : resolveType(schema, source.valueType);
  const host = { host: stream.host, hostName: stream.hostName };
  if (section?.kind !== 'struct' || !isRecord(value)) {
    return [
      {
        ...host,
        name: source.name,
        type: `${source.valueSize} bytes`,
        text: formatValue(value),
        depth: 0,
        parts: 0,
        offset: 0,
        size: source.valueSize,
        writable: false,
        encoding: undefined,
      },
    ];
  }
  const context = { arch: stream.arch, names: stream.names };
  const places = membersOf(schema, section, value, '', 0, -1);
  return places
    .flatMap((place) => rowsOf(schema, source.writable, place, context))
    .map((row) => ({ ...host, ...row }));
}

type Row = Omit<GlobalValue, 'host' | 'hostName'>;

function rowsOf(schema: ProbeSchema, writable: boolean, place: Place, context: FormatContext): Row[] {
  const { name, type: id, offset, value, shown, depth, isPart } = place;
  const type = resolveType(schema, id);
  const encoding = isPart ? undefined : encodingOf(schema, id);
  const parts = depth < DEPTH_MAX ? partsOf(schema, place) : [];
  const number = numberIn(schema, id, value);
  const row: Row = {
    name,
    type: nameOfType(schema, id),
    text: formatValue(value, shown, context),
    depth,
    parts: parts.length,
    offset,
    size: sizeOfType(schema, id),
    writable: writable && encoding !== undefined,
    encoding,
    ...(number !== undefined && !Number.isNaN(number) && { number }),
    ...(typeof value === 'number' || typeof value === 'bigint' ? { raw: String(value) } : {}),
    ...(parts.length === 0 && { memory: rawText(value) }),
    ...(type.kind === 'enum' && { choices: type.values }),
    ...amountOf(schema, place),
  };
  return [row, ...parts.flatMap((part) => rowsOf(schema, writable, part, context))];
}

/** What a number is an amount of, and between what it may be set. */
function amountOf(schema: ProbeSchema, { type: id, shown, tags }: Place): Partial<Row> {
  const type = resolveType(schema, id);
  if (type.kind !== 'float' && (type.kind !== 'int' || type.encoding !== 'integer')) return {};
  const { range } = readTags(tags);
  const natural =
    shown.meaning === 'percent'
      ? { least: 0, most: 100 }
      : type.kind === 'int' && type.size === 1 && !type.signed
        ? { least: 0, most: 255 }
        : undefined;
  const unit = unitOfMeaning(shown.meaning);
  const known = range ?? natural;
  return {
    isAmount: isAmountMeaning(shown.meaning),
    ...(known && { range: known }),
    ...(unit && { unit }),
  };
}

/** Of whole and real numbers; flags and names are none. */
function numberIn(schema: ProbeSchema, id: number, value: Value): number | undefined {
  const type = resolveType(schema, id);
  const isNumber = type.kind === 'float' || (type.kind === 'int' && type.encoding !== 'bool');
  return isNumber ? numberOf(value) : undefined;
}

function partsOf(schema: ProbeSchema, place: Place): Place[] {
  const type = resolveType(schema, place.type);
  if (type.kind === 'array' && Array.isArray(place.value) && !isCharType(schema, type.element)) {
    const size = sizeOfType(schema, type.element);
    return place.value.slice(0, ELEMENTS_MAX).map((value, at) => ({
      name: `${place.name}[${place.shown.elementNames?.[at] ?? at}]`,
      type: type.element,
      offset: place.offset + at * size,
      value,
      shown: place.shown.element ?? presentationOf(schema, { name: '', type: type.element }),
      tags: place.tags,
      depth: place.depth + 1,
      isPart: false,
    }));
  }
  if ((type.kind === 'struct' || type.kind === 'union') && isRecord(place.value)) {
    return membersOf(schema, type, place.value, `${place.name}.`, place.offset, place.depth);
  }
  return [];
}

function membersOf(
  schema: ProbeSchema,
  type: Extract<Type, { kind: 'struct' | 'union' }>,
  value: { [member: string]: Value },
  prefix: string,
  offset: number,
  depth: number,
): Place[] {
  return type.members.flatMap((member): Place[] => {
    const at = offset + (member.offsetBits >> 3);
    if (member.name === '') {
      const inner = resolveType(schema, member.type);
      return inner.kind === 'struct' || inner.kind === 'union'
        ? membersOf(schema, inner, value, prefix, at, depth)
        : [];
    }
    return [
      {
        name: `${prefix}${member.name}`,
        type: member.type,
        offset: at,
        value: value[member.name] ?? null,
        shown: presentationOf(schema, member),
        tags: member.tags ?? [],
        depth: depth + 1,
        isPart: (member.bitSize ?? 0) > 0,
      },
    ];
  });
}

function encodingOf(schema: ProbeSchema, id: number): GlobalValue['encoding'] {
  const type = resolveType(schema, id);
  switch (type.kind) {
    case 'int':
      if (type.encoding === 'bool') return 'bool';
      return type.signed ? 'signed' : 'unsigned';
    case 'enum':
      return type.signed ? 'signed' : 'unsigned';
    case 'float':
      return type.size === 4 || type.size === 8 ? 'float' : undefined;
    case 'array':
      return isCharType(schema, type.element) ? 'text' : undefined;
    default:
      return undefined;
  }
}

function isRecord(value: Value): value is { [member: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
