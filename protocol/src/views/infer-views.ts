/** What a program's sources can be looked at as, from its schema alone. Decision record 0014 tells the order's reasons. */

import { type Leaf, leavesOf } from '../leaves.ts';
import type { ProbeSchema, Source } from '../schema.ts';
import { resolveType } from '../types.ts';
import { meaningOf } from '../values/presentation.ts';
import { statedTimeUnit } from '../values/time-unit.ts';
import {
  endsOf,
  isHidden,
  isSlotArray,
  listMeasureOf,
  measureOf,
  slotsIn,
  splitsOf,
  stackIdOf,
  stackListOf,
  tagOf,
} from './leaf-roles.ts';
import type { Ends, Interest, Measure, Slots, SourceViews, Stacks, View } from './view.ts';

/**
 * The views that each source can have, the best first; the sources in the order in which people want to see them. Sections that hold
 * nothing to look at are left out: constants, and what the wrapper header counts in.
 */
export function inferViews(schema: ProbeSchema): SourceViews[] {
  const stackMaps = schema.sources.filter(({ mapType }) => mapType === 'stack_trace').map(({ name }) => name);
  return schema.sources
    .filter((source) => !isConstant(source))
    .map((source) => ({ source, ...viewsOf(schema, source, stackMaps) }))
    .map((entry, at) => ({
      ...entry,
      at,
      order: ORDER[entry.interest] * 10 + orderOf(entry.source, entry.views),
    }))
    .sort((a, b) => a.order - b.order || a.at - b.at)
    .map(({ source, interest, views }) => ({ source: source.name, interest, views }));
}

/** The slots of one source, in the order of preference; empty where its values are no histogram. */
export function slotsOf(schema: ProbeSchema, source: Source): Slots[] {
  if (source.valueType === undefined) return [];
  const unit = slotUnitOf(schema);
  if (isSlotArray(source)) {
    const count = leavesOf(schema, source.valueType).find((leaf) => measureOf(schema, leaf));
    return count ? [{ in: 'entries', column: count.name, scale: 'log2', ...unit }] : [];
  }
  const slots = leavesOf(schema, source.valueType).flatMap(
    (leaf) => slotsIn(schema, leaf, source.name) ?? [],
  );
  return slots.map((each) => (each.scale === 'log2' ? { ...unit, ...each } : each));
}

function slotUnitOf(schema: ProbeSchema): Pick<Slots, 'unit'> {
  const unit = schema.countsKib ? 'KiB' : statedTimeUnit(schema);
  return unit === undefined ? {} : { unit };
}

/** A setting that turns histograms on, and sums off: `const volatile bool targ_dist`. */
const DISTRIBUTION = /^(targ_|target_|show_|print_)?(dist|distribution|hist|histogram)$/;

function isDistributionOff(schema: ProbeSchema): boolean {
  return schema.params.some(
    ({ name, initial }) => DISTRIBUTION.test(name) && (schema.settings?.[name] ?? initial) === 'false',
  );
}

const ORDER: Record<Interest, number> = { result: 0, aside: 1, working: 2 };

/** Streams of records before what has to be read again, and a picture before a table. */
function orderOf({ kind }: Source, [first]: View[]): number {
  if (kind === 'events') return 0;
  if (first?.kind === 'histogram' || first?.kind === 'flame' || first?.kind === 'topology') return 1;
  if (kind === 'map') return 2;
  return kind === 'globals' ? 4 : 3;
}

function isConstant({ kind, name }: Source): boolean {
  return kind === 'globals' && (name.includes('rodata') || name.includes('.data.probepad'));
}

function viewsOf(
  schema: ProbeSchema,
  source: Source,
  stackMaps: string[],
): { interest: Interest; views: View[] } {
  switch (source.kind) {
    case 'events':
      return { interest: 'result', views: eventViews(schema, source, stackMaps) };
    case 'trace':
      return {
        interest: 'result',
        views: [TABLE, LOG, rateChart(['comm', 'pid', 'cpu']), bars('events', [], ['comm', 'pid', 'cpu'])],
      };
    case 'text':
      return { interest: 'result', views: [LOG, TABLE, rateChart([])] };
    case 'globals':
      return globalsViews(schema, source);
    case 'map':
      return mapViews(schema, source, stackMaps);
  }
}

const TABLE: View = { kind: 'table' };
const LOG: View = { kind: 'log' };

function rateChart(splits: string[]): View {
  return { kind: 'chart', of: 'events', measures: [], splits };
}

function bars(of: 'events' | 'entries', measures: Measure[], splits: string[]): View {
  return { kind: 'bars', of, measures, splits };
}

/** One picture of now, and one of how it came to that. */
function distributions(slots: Slots[], measures: Measure[]): View[] {
  return [
    { kind: 'histogram', slots, measures },
    { kind: 'heatmap', slots, measures },
  ];
}

function topology(ends: Ends[], measures: Measure[]): View[] {
  return ends.length === 0 ? [] : [{ kind: 'topology', ends, measures }];
}

function flame(stacks: Stacks | undefined, measures: Measure[], splits: string[]): View[] {
  return stacks === undefined ? [] : [{ kind: 'flame', stacks, measures, splits }];
}

function eventViews(schema: ProbeSchema, source: Source, stackMaps: string[]): View[] {
  const leaves = distinct(source.records.flatMap(({ type }) => leavesOf(schema, type)));
  const measures = measuresOf(schema, leaves);
  const splits = splitsOf(schema, leaves);
  const flames = flame(stacksOf(schema, leaves, stackMaps), measures, splits);
  // Samples of stacks are not read one by one; what an iterator lists is.
  const first = source.mapType === '' ? [TABLE, ...flames] : [...flames, TABLE];
  return tagged(leaves, [
    ...first,
    { kind: 'chart', of: 'events', measures, splits },
    ...(splits.length > 0 ? [bars('events', measures, splits)] : []),
    ...(measures.length > 0 ? distributions([], measures).reverse() : []),
    ...topology(endsOf(schema, leaves), measures),
  ]);
}

/** What programs call the maps that they only keep something in between two of their probes. */
const WORKING_NAME =
  /^(start|starts|started|birth|births|begin|entry|entries_?ts|enter|args?|args_map|in_?flight|pending|ready|queued|woken|waiting|connecting|currs?|currevent|info_?by.*|who_?by.*|tmp|temp|scratch|heap|buf|buffer|zero|stash|active|sockets?|socks?|sports|dports|tgids?|pids?|tids?|ignore.*|filter.*|targ.*|config.*|seen|idents?|locks|.*_(ts|start|starts|scratch|buf|tmp|heap|args|filter)|timestamps|memptrs|sizes|values|execs|cgroup_map)$/i;
/** Of these kinds the entries say nothing by themselves. */
const WORKING_TYPES = new Set([
  'stack_trace',
  'cgroup_array',
  'prog_array',
  'array_of_maps',
  'hash_of_maps',
  'sockmap',
  'sockhash',
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
  'sk_storage',
  'inode_storage',
  'task_storage',
  'cgrp_storage',
  'struct_ops',
  'bloom_filter',
  'queue',
  'stack',
]);

function mapViews(
  schema: ProbeSchema,
  source: Source,
  stackMaps: string[],
): { interest: Interest; views: View[] } {
  const keys = source.keyType === undefined ? [] : leavesOf(schema, source.keyType);
  const values = source.valueType === undefined ? [] : leavesOf(schema, source.valueType);
  const measures = measuresOf(schema, values, source.name);
  const flames = flame(stacksOf(schema, keys, stackMaps), measures, splitsOf(schema, keys));
  const entries = overKeys(source, measures);
  const slots = slotsOf(schema, source);
  if (slots.length > 0) {
    const counted = slots[0]?.in === 'entries' ? [TABLE] : entries.toSorted(tableFirst);
    const pictures = [...distributions(slots, []), ...flames];
    const views =
      measures.length > 0 && isDistributionOff(schema)
        ? [...entries, ...pictures]
        : [...pictures, ...counted];
    return { interest: 'result', views: tagged(values, views) };
  }
  if (WORKING_TYPES.has(source.mapType)) return { interest: 'working', views: [TABLE] };
  if (isWorking(schema, source, keys, values, measures)) {
    return { interest: 'working', views: entries.toSorted(tableFirst) };
  }
  if (measures.length === 0) return { interest: 'aside', views: [TABLE] };
  const pictures = flames.length > 0 ? flames : topology(endsOf(schema, keys), measures);
  return { interest: 'result', views: tagged([...keys, ...values], [...pictures, ...entries]) };
}

function tableFirst(a: View, b: View): number {
  return Number(b.kind === 'table') - Number(a.kind === 'table');
}

/** A few numbers at fixed places are read one by one; of many keys the largest count. */
function overKeys({ mapType, maxEntries }: Source, measures: Measure[]): View[] {
  if (measures.length === 0) return [TABLE];
  const chart: View = { kind: 'chart', of: 'entries', measures, splits: [] };
  const ranked = bars('entries', measures, []);
  if (!mapType.includes('array')) return [ranked, TABLE, chart];
  return maxEntries === 1
    ? [{ kind: 'number', of: 'entries', measures }, TABLE, chart]
    : [chart, TABLE, ranked];
}

/**
 * Whether a map only carries something from one probe to the next: pointers, times of beginnings, marks. A struct that holds amounts
 * is a result all the same, unless its map is named for its use.
 */
function isWorking(
  schema: ProbeSchema,
  { name }: Source,
  keys: readonly Leaf[],
  values: readonly Leaf[],
  measures: readonly Measure[],
): boolean {
  if (WORKING_NAME.test(name)) return true;
  const isPointer = (leaf: Leaf): boolean => resolveType(schema, leaf.type).kind === 'pointer';
  if (values.some(isPointer) || keys.some((leaf) => isPointer(leaf) && measures.length === 0)) return true;
  if (values.some((leaf) => meaningOf(schema, leaf) === 'time_ns')) return measures.length <= 1;
  return values.length > 0 && values.every(({ size }) => size === 1);
}

/** What programs call a struct that they copy from. */
const EMPTY_NAME = /^(zero|zeros?_?value|.*_zero(_value)?|initial_.*|empty.*|init|unused|my_pid)(\.|$)/;

function globalsViews(schema: ProbeSchema, source: Source): { interest: Interest; views: View[] } {
  const all = source.valueType === undefined ? [] : leavesOf(schema, source.valueType);
  const leaves = all.filter((leaf) => !EMPTY_NAME.test(leaf.name) && !isHidden(leaf));
  const slots = slotsOf(schema, source).filter(({ column }) => leaves.some(({ name }) => name === column));
  const lists = leaves
    .filter(({ name }) => !slots.some(({ column }) => column === name))
    .flatMap((leaf) => listMeasureOf(schema, leaf) ?? []);
  const measures = [...measuresOf(schema, leaves), ...lists];
  const numeric: View[] =
    measures.length > 0
      ? [
          { kind: 'chart', of: 'globals', measures, splits: [] },
          { kind: 'number', of: 'globals', measures },
        ]
      : [];
  const views: View[] = [{ kind: 'values' }, ...numeric];
  if (slots.length > 0) {
    const pictures = distributions(slots, []);
    const ordered =
      numeric.length > 0 && isDistributionOff(schema)
        ? [...numeric, ...pictures, { kind: 'values' } as const]
        : [...pictures, ...views];
    return { interest: 'result', views: tagged(leaves, ordered) };
  }
  return { interest: leaves.length === 0 ? 'working' : 'aside', views: tagged(leaves, views) };
}

function stacksOf(schema: ProbeSchema, leaves: readonly Leaf[], stackMaps: string[]): Stacks | undefined {
  const ids = leaves.flatMap((leaf) => stackIdOf(schema, leaf) ?? []);
  if (ids.length > 0 && stackMaps.length > 0) return { from: 'ids', ids, stackMaps };
  const lists = leaves.flatMap((leaf) => stackListOf(schema, leaf) ?? []);
  if (lists.length === 0) return undefined;
  return {
    from: 'addresses',
    lists: lists.map((list) => {
      const size = leaves.find(({ name }) => [`${list.column}_sz`, `${list.column}_size`].includes(name));
      return { ...list, ...(size && { size: size.name }) };
    }),
  };
}

/** What takes time is what most probes are written for; then bytes; then what else is counted. */
function measuresOf(schema: ProbeSchema, leaves: readonly Leaf[], owner = ''): Measure[] {
  return leaves
    .flatMap((leaf, at) => {
      const measure = measureOf(schema, leaf, owner);
      return measure ? [{ measure, at, rank: measureRank(schema, leaf) }] : [];
    })
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map(({ measure }) => measure);
}

function measureRank(schema: ProbeSchema, leaf: Leaf): number {
  const name = leaf.path.at(-1) ?? '';
  if (tagOf(leaf, 'view') !== undefined) return 0;
  if (/^(count|counts|calls|hits|total|packets|pkts|value)$/.test(name)) return 1;
  if (/(^|_)(dur|duration|delta|lat|latency|elapsed|took|delay|waited)(_|$)/i.test(name)) return 2;
  const meaning = meaningOf(schema, leaf);
  if (meaning === 'bytes') return 3;
  if (/^(start|end|begin|enter|exit)/i.test(name)) return 6;
  return meaning === 'plain' ? 5 : 4;
}

/** A view that a member's `probepad:view=…` names comes first, and shows that member. */
function tagged(leaves: readonly Leaf[], views: View[]): View[] {
  let ordered = views;
  for (const leaf of leaves.toReversed()) {
    const kind = tagOf(leaf, 'view');
    const named = ordered.find((view) => view.kind === kind);
    if (!named) continue;
    ordered = [showing(named, leaf.name), ...ordered.filter((view) => view !== named)];
  }
  return ordered;
}

function showing(view: View, column: string): View {
  if (!('measures' in view)) return view;
  const first = view.measures.filter((measure) => measure.column === column);
  return { ...view, measures: [...first, ...view.measures.filter((measure) => measure.column !== column)] };
}

function distinct(leaves: readonly Leaf[]): Leaf[] {
  return [...new Map(leaves.map((leaf) => [leaf.name, leaf])).values()];
}
