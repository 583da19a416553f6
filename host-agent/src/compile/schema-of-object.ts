import { errorOf, ProbepadFailure } from '@probepad/protocol/errors';
import type { ProbeSchema, Source, Type } from '@probepad/protocol/schema';
import { readBtf } from './object/btf.ts';
import { badObject } from './object/bytes.ts';
import { type Elf, readElf } from './object/elf.ts';
import { type Line, readLineInfo } from './object/line-info.ts';
import { isEventMap, readLostSites, readRecords, readWrittenRecords } from './schema/events.ts';
import { mapsFilledOutside } from './schema/filled-outside.ts';
import { readGlobals, readParams } from './schema/globals.ts';
import { HELPER, helperCalls } from './schema/instructions.ts';
import { hasBuildIds, isPerCpu, type MapDefinition, readMaps } from './schema/maps.ts';
import { readPrograms } from './schema/programs.ts';
import {
  countsKib,
  portsInNetworkOrder,
  textsOf,
  timeDifferences,
  timeDivisors,
} from './schema/source-text.ts';
import { createTypeTable, type TypeTable } from './schema/types.ts';

/** Types that a schema may hold; an object that needs more was not written by hand. */
const TYPES_MAX = 20_000;

/**
 * The schema of a compiled program, from its ELF and BTF alone. Pure. Fails with `bad_object` on anything malformed; bounded
 * in time by the object's size.
 */
export function schemaOfObject(object: Uint8Array): ProbeSchema {
  try {
    return readSchema(object);
  } catch (error) {
    if (error instanceof ProbepadFailure) throw error;
    // A hostile object may nest deeper than the stack, or name offsets that no view has.
    return badObject(errorOf(error).message);
  }
}

function readSchema(object: Uint8Array): ProbeSchema {
  const elf = readElf(object);
  const btfSection = elf.section('.BTF') ?? badObject('no BTF: compile with -g');
  const btf = readBtf(btfSection.content, elf.littleEndian);
  const extension = elf.section('.BTF.ext');
  const lines = extension
    ? readLineInfo(extension.content, elf.littleEndian, btf)
    : new Map<string, Line[]>();

  const types = createTypeTable(btf);
  const programs = readPrograms(elf, lines);
  const maps = readMaps(btf);
  const calls = helperCalls(elf);
  const records = readRecords(btf, elf, types, maps, calls);
  const sources: Source[] = [];
  const tagsOf = ({ id }: MapDefinition): Pick<Source, 'tags'> => {
    const tags = types.tags(id);
    return tags ? { tags } : {};
  };
  const addSource = (source: Omit<Source, 'id'>): void => {
    sources.push({ id: sources.length, ...source });
  };

  for (const map of maps.filter(isEventMap)) {
    const found = records.get(map.name) ?? { records: [], recordsFrom: 'unknown' as const };
    addSource({ ...plainSource(map.name, 'events'), ...sizesOf(map), ...found, ...tagsOf(map) });
  }
  const filledOutside = mapsFilledOutside(maps, calls);
  for (const map of maps.filter((candidate) => !isEventMap(candidate))) {
    addSource({
      ...plainSource(map.name, 'map'),
      ...(filledOutside.has(map.name) && { filledOutside: true }),
      ...sizesOf(map),
      ...keyTypeOf(map, types),
      ...valueTypeOf(map, types),
      ...(hasBuildIds(map) && { buildIds: true }),
      ...(map.innerType !== undefined && { innerMapType: map.innerType }),
      ...tagsOf(map),
    });
  }
  for (const { name, size, writable, type } of readGlobals(btf, elf, types)) {
    addSource({
      ...plainSource(name, 'globals'),
      mapType: 'array',
      keySize: 4,
      valueSize: size,
      maxEntries: 1,
      valueType: type,
      writable,
    });
  }
  if (calls.some(({ helper }) => helper === HELPER.trace_printk || helper === HELPER.trace_vprintk)) {
    addSource(plainSource(freeName('trace', sources), 'trace'));
  }
  const iterators = programs.filter(({ attach }) => attach === 'iter').map(({ name }) => name);
  for (const name of iterators) {
    const written = readWrittenRecords(btf, elf, types, name, iterators, calls);
    addSource({
      ...plainSource(freeName(name, sources), written === undefined ? 'text' : 'events'),
      ...(written && { records: [written], recordsFrom: 'call' }),
    });
  }

  const params = readParams(btf, elf, types);
  const lostSites = readLostSites(btf, elf, maps).flatMap(({ section, offset, map }) => {
    const source = sources.find(({ name, kind }) => name === map && kind === 'events');
    return source ? [{ section, offset, source: source.id }] : [];
  });
  if (types.types.length > TYPES_MAX) badObject(`${types.types.length} types`);
  const texts = textsOf(lines.values());
  const networkOrder = portsInNetworkOrder(texts);
  const spans = timeDifferences(texts);
  const divisors = [...lines].flatMap(([name, ofSection]) =>
    timeDivisors(elf.section(name)?.content ?? new Uint8Array(), ofSection),
  );
  const readsClock = calls.some(({ helper }) => CLOCKS.includes(helper));
  return {
    version: 1,
    license: licenseOf(elf),
    programs,
    sources,
    params,
    types: types.types,
    ...(networkOrder.length > 0 && { networkOrder }),
    ...(divisors.length > 0 && { dividesTimes: true }),
    ...(divisors.length > 0 && readsClock && { timeDivisors: [...new Set(divisors)].sort((a, b) => a - b) }),
    ...(spans.length > 0 && { timeDifferences: spans }),
    ...(countsKib(texts) && { countsKib: true }),
    lostSites,
  };
}

/** Helpers that read one of the kernel's clocks. */
const CLOCKS: readonly number[] = [HELPER.ktime_get_ns, HELPER.ktime_get_boot_ns, HELPER.ktime_get_tai_ns];

function plainSource(name: string, kind: Source['kind']): Omit<Source, 'id'> {
  return {
    name,
    kind,
    mapType: '',
    keySize: 0,
    valueSize: 0,
    maxEntries: 0,
    perCpu: false,
    records: [],
    recordsFrom: 'unknown',
    writable: false,
  };
}

/** The kernel gives the ids of maps in a map as 32-bit numbers. Source: linux/bpf.h, bpf_map_info. */
const MAP_ID: Type = { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' };

/** An address in a stack, and the key of a stack in its map. Source: linux/kernel/bpf/stackmap.c. */
const ADDRESS: Type = { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' };
const STACK_ID: Type = MAP_ID;

const OCTET: Type = { kind: 'int', name: '__u8', size: 1, signed: false, encoding: 'integer' };

function valueTypeOf(map: MapDefinition, types: TypeTable): Pick<Source, 'valueType'> {
  if (map.type.endsWith('_of_maps')) {
    const target = types.addOwn(MAP_ID);
    return { valueType: types.addOwn({ kind: 'typedef', name: 'bpf_map_id', target }) };
  }
  if (map.type === 'stack_trace' && map.valueType === undefined && !hasBuildIds(map)) {
    const element = types.addOwn(ADDRESS);
    const target = types.addOwn({ kind: 'array', element, length: Math.floor(map.valueSize / 8) });
    return { valueType: types.addOwn({ kind: 'typedef', name: 'bpf_stack', target }) };
  }
  return map.valueType === undefined ? {} : { valueType: types.add(map.valueType) };
}

/** How the prefix lies in a trie's key is known even where its type is not told. */
function keyTypeOf({ type, keyType, keySize }: MapDefinition, types: TypeTable): Pick<Source, 'keyType'> {
  if (keyType !== undefined) return { keyType: types.add(keyType) };
  if (type === 'stack_trace') return { keyType: types.addOwn(STACK_ID) };
  if (type !== 'lpm_trie') return {};
  const element = types.addOwn(OCTET);
  return { keyType: types.addOwn({ kind: 'array', element, length: keySize }) };
}

function sizesOf(
  map: MapDefinition,
): Pick<Source, 'mapType' | 'keySize' | 'valueSize' | 'maxEntries' | 'perCpu'> {
  const { type, keySize, valueSize, maxEntries } = map;
  return { mapType: type, keySize, valueSize, maxEntries, perCpu: isPerCpu(type) };
}

/** A map may be called `trace` too: names of sources are unique. */
function freeName(name: string, sources: readonly Source[]): string {
  let free = name;
  while (sources.some((source) => source.name === free)) free += '_';
  return free;
}

/** Text of SEC("license"); empty when the program has none. */
function licenseOf(elf: Elf): string {
  const content = elf.section('license')?.content ?? new Uint8Array();
  const end = content.indexOf(0);
  return new TextDecoder().decode(end < 0 ? content : content.subarray(0, end));
}
