import { EVENTS_SECTION, ITERATOR_RECORD_MAX, LOST_SECTION } from '@probepad/protocol/loader';
import type { Source } from '@probepad/protocol/schema';
import { type Btf, resolved, sizeOf } from '../object/btf.ts';
import { badObject } from '../object/bytes.ts';
import type { Elf } from '../object/elf.ts';
import { HELPER, type HelperCall } from './instructions.ts';
import type { MapDefinition } from './maps.ts';
import type { TypeTable } from './types.ts';
import { type Variable, variablesOf } from './variables.ts';

/** What the wrapper header left in the object at one call (host-agent/include/bpf/bpf_helpers.h). */
type CallSite = {
  call: 'output' | 'reserve' | 'submit' | 'written' | 'candidate';
  /** The map's expression as written, macros expanded; for `submit` and `written` that of the data. */
  text: string;
  /** Constant size given to the helper; 0 where it is not constant. */
  size: number;
  /** BTF id of what the data points to; undefined where that is void or bytes. */
  type: number | undefined;
  inFunction: string | undefined;
};

/** Sites are compared with each other. */
const SITES_MAX = 2_048;

/** Helpers that write text where an iterator's records go. */
const PRINTING: readonly number[] = [HELPER.seq_printf, HELPER.seq_printf_btf];

type Records = Pick<Source, 'records' | 'recordsFrom' | 'candidates'>;

export function isEventMap(map: MapDefinition): boolean {
  return map.type === 'ringbuf' || map.type === 'perf_event_array';
}

/** The record types of each event map, by the map's name. */
export function readRecords(
  btf: Btf,
  elf: Elf,
  types: TypeTable,
  maps: readonly MapDefinition[],
  calls: readonly HelperCall[],
): Map<string, Records> {
  const events = maps.filter(isEventMap);
  const sites = readSites(btf, elf);
  const sent = sentTypes(sites, events);
  const candidates = sites.flatMap(({ call, type }) =>
    call === 'candidate' && type !== undefined ? [type] : [],
  );
  const sizes = candidates.length > 0 ? sentSizes(calls) : new Map<string, Set<number>>();
  const byMap = new Map<string, Records>();
  for (const map of events) {
    if (map.type === 'ringbuf' && map.valueType !== undefined) {
      byMap.set(map.name, { records: recordsOf([map.valueType], btf, types), recordsFrom: 'declared' });
      continue;
    }
    // Structs of the user's files (record-candidates.ts) as large as what the compiled code sends to the map.
    const fits = (type: number): boolean =>
      [map.name, ''].some((name) => sizes.get(name)?.has(sizeOf(btf, type)) === true);
    const found = sent.get(map.name) ?? candidates.filter(fits);
    const records = recordsOf(found, btf, types);
    const alike = new Set(records.map(({ size }) => size)).size < records.length;
    const asked = candidates.length > 0 && (records.length === 0 || alike);
    byMap.set(map.name, {
      records,
      recordsFrom: found.length > 0 ? 'call' : 'unknown',
      ...(asked && { candidates: recordsOf(candidates, btf, types) }),
    });
  }
  return byMap;
}

/**
 * The one struct that an iterator program writes; undefined where it writes text, or structs of several sizes, which can't be told
 * apart in what comes. Calls in functions that are no iterator themselves count for every iterator: any may call them.
 * @param iterators names of all iterators of the object
 */
export function readWrittenRecords(
  btf: Btf,
  elf: Elf,
  types: TypeTable,
  iterator: string,
  iterators: readonly string[],
  calls: readonly HelperCall[],
): Source['records'][number] | undefined {
  if (calls.some(({ helper }) => PRINTING.includes(helper))) return undefined;
  const writes = readSites(btf, elf).filter(
    ({ call, inFunction = '' }) =>
      call === 'written' && (inFunction === iterator || !iterators.includes(inFunction)),
  );
  const isWhole = ({ type, size }: CallSite): boolean =>
    type !== undefined && resolved(btf, type).type.kind === 'struct' && sizeOf(btf, type) === size;
  if (!writes.every(isWhole)) return undefined;
  const [record, other] = recordsOf(
    writes.flatMap(({ type }) => type ?? []),
    btf,
    types,
  );
  return other === undefined && record !== undefined && record.size <= ITERATOR_RECORD_MAX
    ? record
    : undefined;
}

/** BTF ids of what is sent, by map name. */
function sentTypes(sites: readonly CallSite[], events: readonly MapDefinition[]): Map<string, number[]> {
  const byMap = new Map<string, number[]>();
  for (const site of sites) {
    if (site.type === undefined) continue;
    for (const map of targetsOf(site, events, sites)) {
      const known = byMap.get(map.name) ?? [];
      known.push(site.type);
      byMap.set(map.name, known);
    }
  }
  return byMap;
}

/**
 * Counters of failed calls by map name. A call that may mean several maps counts for one of them: its losses are shown at
 * a neighbour of theirs rather than nowhere.
 */
export function readLostSites(
  btf: Btf,
  elf: Elf,
  maps: readonly MapDefinition[],
): { section: string; offset: number; map: string }[] {
  const section = elf.section(LOST_SECTION);
  if (section === undefined) return [];
  const events = maps.filter(isEventMap);
  return variablesOf(btf, elf, section).flatMap((variable) => {
    const { type } = resolved(btf, variable.type);
    const text = memberText(btf, type, section.content, variable, 'text');
    const map = text === undefined ? undefined : (mapsOf(text, events)[0] ?? events[0]);
    return map === undefined ? [] : [{ section: section.name, offset: variable.offset, map: map.name }];
  });
}

function readSites(btf: Btf, elf: Elf): CallSite[] {
  const section = elf.section(EVENTS_SECTION);
  if (section === undefined) return [];
  const variables = variablesOf(btf, elf, section);
  if (variables.length > SITES_MAX) badObject(`${variables.length} calls that send records`);
  return variables.flatMap((variable): CallSite[] => {
    const call = /^__probepad_(output|reserve|submit|written|candidate)/.exec(variable.name)?.[1] as
      | CallSite['call']
      | undefined;
    const { type } = resolved(btf, variable.type);
    const text = memberText(btf, type, section.content, variable, 'text');
    if (call === undefined || text === undefined || type.kind !== 'struct') return [];
    const sizeAt = variable.offset;
    const size = new DataView(section.content.buffer, section.content.byteOffset).getBigUint64(
      sizeAt,
      elf.littleEndian,
    );
    const value = type.members.find(({ name }) => name === 'value')?.type;
    const known = { call, text, size: Number(size), inFunction: variable.inFunction };
    return [{ ...known, type: value === undefined ? undefined : recordType(btf, value, known.size) }];
  });
}

/** `value` is an array of no elements, so that it takes no room. Bytes and void say nothing about the record. */
function recordType(btf: Btf, value: number, size: number): number | undefined {
  const array = resolved(btf, value).type;
  if (array.kind !== 'array') return undefined;
  const { type } = resolved(btf, array.element);
  if (type.kind === 'struct' || type.kind === 'union') return array.element;
  const own = sizeOf(btf, array.element);
  // A buffer that is sent in part holds whatever was put together in it; sent whole, it may be a text.
  if (isBuffer(btf, type) && size !== own) return undefined;
  const plain = type.kind === 'int' && type.size === 1;
  return own > 0 && !plain && (size === 0 || size === own) ? array.element : undefined;
}

function isBuffer(btf: Btf, type: ReturnType<Btf['type']>): boolean {
  if (type.kind !== 'array') return false;
  const element = resolved(btf, type.element).type;
  return element.kind === 'int' && element.size === 1;
}

function memberText(
  btf: Btf,
  type: ReturnType<Btf['type']>,
  content: Uint8Array,
  variable: Variable,
  name: string,
): string | undefined {
  if (type.kind !== 'struct') return undefined;
  const member = type.members.find((candidate) => candidate.name === name);
  if (member === undefined) return undefined;
  const start = variable.offset + member.offsetBits / 8;
  const bytes = content.subarray(start, start + sizeOf(btf, member.type));
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The maps whose names are words of an expression. */
function mapsOf(text: string, maps: readonly MapDefinition[]): readonly MapDefinition[] {
  const words = new Set(text.match(/[A-Za-z_]\w*/g));
  return maps.filter(({ name }) => words.has(name));
}

/** The one map whose name is a word of the expression: `&events`, `(void *)&events`. */
function namedMap(text: string, maps: readonly MapDefinition[]): MapDefinition | undefined {
  const named = mapsOf(text, maps);
  if (named.length === 1) return named[0];
  // An expression that names no map (a function's argument) can only mean the only one.
  return named.length === 0 && maps.length === 1 ? maps[0] : undefined;
}

function targetsOf(
  site: CallSite,
  events: readonly MapDefinition[],
  sites: readonly CallSite[],
): readonly MapDefinition[] {
  if (site.call === 'submit') return reservedIn(site, events, sites);
  const named = site.call === 'output' ? namedMap(site.text, events) : undefined;
  return named ? [named] : [];
}

/** A submit names no map: it belongs to the ring buffers that were reserved from, in the same function where possible. */
function reservedIn(
  submit: CallSite,
  events: readonly MapDefinition[],
  sites: readonly CallSite[],
): MapDefinition[] {
  const rings = events.filter(({ type }) => type === 'ringbuf');
  if (rings.length === 1) return rings;
  const reserves = sites.filter(({ call }) => call === 'reserve');
  const inFunction = reserves.filter((reserve) => reserve.inFunction === submit.inFunction);
  // `sizeof(*e)` of the reserve and `e` of the submit name the same record.
  const sameRecord = inFunction.filter(({ text }) => sharesRecord(text, submit.text));
  const nearest = sameRecord.length > 0 ? sameRecord : inFunction.length > 0 ? inFunction : reserves;
  const found = nearest.flatMap(({ text }) => {
    const map = namedMap(mapText(text), rings);
    return map ? [map] : [];
  });
  return found.length > 0 ? [...new Set(found)] : rings;
}

/** A reserve's text is `map|size`. */
function mapText(text: string): string {
  return text.slice(0, text.includes('|') ? text.indexOf('|') : undefined);
}

function sharesRecord(reserve: string, data: string): boolean {
  const words = new Set(reserve.slice(reserve.indexOf('|') + 1).match(/[A-Za-z_]\w*/g));
  return (data.match(/[A-Za-z_]\w*/g) ?? []).some((word) => words.has(word));
}

/** Constant sizes of what the compiled code sends, by map name; under the empty name where the map is not known. */
function sentSizes(calls: readonly HelperCall[]): Map<string, Set<number>> {
  const registers: Record<number, [map: number, size: number]> = {
    [HELPER.ringbuf_reserve]: [1, 2],
    [HELPER.ringbuf_output]: [1, 3],
    [HELPER.perf_event_output]: [2, 5],
  };
  const byMap = new Map<string, Set<number>>();
  for (const call of calls) {
    const places = registers[call.helper];
    if (places === undefined) continue;
    const target = call.argument(places[0]);
    const size = call.argument(places[1]);
    if (size === undefined || !('constant' in size)) continue;
    const map = target && 'symbol' in target ? target.symbol : '';
    byMap.set(map, (byMap.get(map) ?? new Set()).add(size.constant));
  }
  return byMap;
}

/** Each type once, however often it is sent; a typedef and its struct are the same record. */
function recordsOf(found: readonly number[], btf: Btf, types: TypeTable): Source['records'] {
  const seen = new Set<number>();
  return found.flatMap((id) => {
    const behind = resolved(btf, id).id;
    if (seen.has(behind)) return [];
    seen.add(behind);
    return [{ type: types.add(id), size: sizeOf(btf, id) }];
  });
}
