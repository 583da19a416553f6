/** Stacks of a source as samples: whose they are, what was seen in them, and the functions that they are made of. */
import type { Column } from '../columns.ts';
import type { MapBatch, RecordBatch } from '../decode.ts';
import { type Leaf, leavesOf } from '../leaves.ts';
import type { ProbeSchema, Source } from '../schema.ts';
import { isCharType, resolveType } from '../types.ts';
import { formatValue } from '../values/format.ts';
import type { FormatContext } from '../values/format-context.ts';
import { type Presentation, presentLeaves, processLeaf, processOf } from '../values/presentation.ts';
import type { Value } from '../values/value.ts';
import { inferViews } from './infer-views.ts';
import type { ColumnName, StackColumn, Stacks } from './view.ts';
import { type Weight, weightOf } from './weight.ts';

/** One half of a stack, or all of it. */
export type StackPart =
  /** A key of a stack trace map, or a negative error number of `bpf_get_stackid`. */
  | { space: StackColumn['space']; map: string; id: number }
  /** Return addresses, innermost first. */
  | { space: StackColumn['space']; addresses: bigint[] };

export interface StackSample {
  /** The kernel's before the user's: innermost first. */
  parts: StackPart[];
  /** Whose user addresses they are, where something tells. */
  pid: number | undefined;
  /** Values by which samples are told apart, in the order of `StackPlan.splits`. */
  splits: Value[];
  /** How those are shown: the same for all samples of a type. */
  shown: readonly ShownSplit[];
  /** What was seen, in the order of `StackPlan.weights`. */
  weights: number[];
}

interface ShownSplit {
  /** Stands before what is no text by itself. */
  label: string;
  /** Undefined where the type has no such member. */
  shown: Presentation | undefined;
}

/** A value that a sample is split by as text, with the host's names as far as it has told them: they come later than samples. */
export function splitText(
  { splits, shown, pid }: Pick<StackSample, 'splits' | 'shown' | 'pid'>,
  at: number,
  context: FormatContext,
): string {
  const own = shown[at];
  if (own?.shown === undefined) return '';
  return own.label + formatValue(splits[at] ?? null, own.shown, { pid, ...context });
}

/** How samples are read from the batches of one source. */
export interface StackPlan {
  /** The first is what a flame graph shows unless somebody picks another; never empty. */
  weights: Weight[];
  splits: ColumnName[];
  /** Names of the sources that hold what ids stand for; empty where records hold addresses. */
  stackMaps: string[];
  /** Of a map: one for each row, whose weights are what was seen since the run began. */
  ofMap(batch: MapBatch): StackSample[];
  /** Of events: each record counts for itself. */
  ofRecords(batch: RecordBatch): StackSample[];
}

/** Undefined for a source that can't be shown as a flame graph. */
export function planStacks(schema: ProbeSchema, source: Source): StackPlan | undefined {
  const view = inferViews(schema)
    .find((each) => each.source === source.name)
    ?.views.find((each) => each.kind === 'flame');
  if (view?.kind !== 'flame') return undefined;
  const { stacks, splits } = view;
  const measured = view.measures.map(({ column }) => column);
  const valueLeaves = source.valueType === undefined ? [] : leavesOf(schema, source.valueType);
  const recordLeaves = source.records.flatMap(({ type }) => leavesOf(schema, type));
  const amounts = measured.flatMap((column) => {
    const leaf = (source.kind === 'map' ? valueLeaves : recordLeaves).find(({ name }) => name === column);
    return leaf ? [weightOf(schema, leaf, source.kind === 'map' ? source.name : leaf.name)] : [];
  });
  const isAmountFirst = source.kind === 'map' || (amounts[0]?.unit ?? 'count') !== 'count';
  const weights = source.kind === 'map' ? amounts : isAmountFirst ? [...amounts, COUNT] : [COUNT, ...amounts];
  if (weights.length === 0) return undefined;

  const planOf = cached((type: number, others: readonly Leaf[]) =>
    planRow(schema, type, others, stacks, splits),
  );

  return {
    weights,
    splits,
    stackMaps: stacks.from === 'ids' ? stacks.stackMaps : [],
    ofMap(batch) {
      if (source.keyType === undefined) return [];
      const row = planOf(source.keyType, valueLeaves)(batch.keys);
      const cpus = batch.cpuValues ?? [batch.values];
      const columns = weights.map(({ column }) =>
        cpus.flatMap((values) => values.find(({ leaf }) => leaf.name === column) ?? []),
      );
      return Array.from({ length: batch.rows }, (_, at) => ({
        ...row(at),
        weights: columns.map((each, index) =>
          each.reduce((sum, column) => sum + numberIn(column.get(at)) * (weights[index]?.factor ?? 1), 0),
        ),
      }));
    },
    ofRecords(batch) {
      if (batch.type === undefined) return [];
      const row = planOf(batch.type, [])(batch.columns);
      const columns = weights.map(({ column }) => batch.columns.find(({ leaf }) => leaf.name === column));
      return Array.from({ length: batch.rows }, (_, at) => ({
        ...row(at),
        weights: columns.map((column, index) =>
          column ? numberIn(column.get(at)) * (weights[index]?.factor ?? 1) : 1,
        ),
      }));
    },
  };
}

/** Each record is one. */
const COUNT: Weight = { column: '', label: 'samples', unit: 'count', factor: 1 };

type RowReader = (columns: readonly Column[]) => (row: number) => Omit<StackSample, 'weights'>;

function planRow(
  schema: ProbeSchema,
  type: number,
  beside: readonly Leaf[],
  stacks: Stacks,
  splits: readonly ColumnName[],
): RowReader {
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type, beside);
  const process = processLeaf(leaves, shown);
  const parts = kernelFirst(stacks);
  const places = splits.map((name) => leaves.findIndex((leaf) => leaf.name === name));
  const shownSplits = places.map((at): ShownSplit => {
    const leaf = leaves[at];
    if (leaf === undefined) return { label: '', shown: undefined };
    return { label: isText(schema, leaf) ? '' : `${leaf.path.at(-1) ?? ''} `, shown: shown[at] };
  });
  return (columns) => {
    const memberOf = (name: ColumnName, row: number): Value =>
      columns[leaves.findIndex((leaf) => leaf.name === name)]?.get(row) ?? null;
    return (row) => ({
      parts: parts.flatMap((part): StackPart[] => {
        const { space, column } = part;
        const value = memberOf(column, row);
        if (part.map !== undefined) return [{ space, map: part.map, id: idIn(value) }];
        const bytes = part.size === undefined ? undefined : numberIn(memberOf(part.size, row));
        return [{ space, addresses: addressesIn(value, bytes) }];
      }),
      pid: process < 0 ? undefined : processOf(columns[process]?.get(row) ?? null, shown[process]),
      splits: places.map((at) => columns[at]?.get(row) ?? null),
      shown: shownSplits,
    });
  };
}

function isText(schema: ProbeSchema, leaf: Leaf): boolean {
  const type = resolveType(schema, leaf.type);
  return type.kind === 'array' && isCharType(schema, type.element);
}

type PlannedPart = StackColumn & { map?: string; size?: ColumnName };

function kernelFirst(stacks: Stacks): PlannedPart[] {
  const rank = ({ space }: StackColumn): number => (space === 'user' ? 1 : 0);
  const parts: PlannedPart[] =
    stacks.from === 'ids'
      ? stacks.ids.map((each) => ({ ...each, map: mapFor(each, stacks.stackMaps) }))
      : [...stacks.lists];
  return parts.sort((a, b) => rank(a) - rank(b));
}

/** Programs with a map for each half name them so. */
function mapFor({ space }: StackColumn, stackMaps: readonly string[]): string {
  const named = stackMaps.find((name) =>
    space === 'user' ? /^u|_u|user/i.test(name) : /^k|_k|kern/i.test(name),
  );
  return (stackMaps.length > 1 ? named : undefined) ?? stackMaps[0] ?? '';
}

/** @param bytes that are used of the list; negative is an error of `bpf_get_stack`: an empty list */
function addressesIn(value: Value, bytes: number | undefined): bigint[] {
  if (!Array.isArray(value)) return [];
  const used = bytes === undefined ? value.length : Math.max(0, Math.floor(bytes / 8));
  const addresses: bigint[] = [];
  for (const each of value.slice(0, used)) {
    const address = typeof each === 'bigint' || typeof each === 'number' ? BigInt(each) : 0n;
    if (address === 0n) break;
    addresses.push(address);
  }
  return addresses;
}

function numberIn(value: Value): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

/** The kernel gives 32 bits, of which negative ones are errors; programs keep them in whatever they like. */
function idIn(value: Value): number {
  return typeof value === 'number' || typeof value === 'bigint'
    ? Number(BigInt.asIntN(32, BigInt(value)))
    : 0;
}

function cached(
  make: (type: number, others: readonly Leaf[]) => RowReader,
): (type: number, others: readonly Leaf[]) => RowReader {
  const made = new Map<number, RowReader>();
  return (type, others) => {
    const known = made.get(type) ?? make(type, others);
    made.set(type, known);
    return known;
  };
}

/** The same stack of the same process, split alike, has the same key on a host. */
export function stackKey({ parts, pid, splits }: Pick<StackSample, 'parts' | 'pid' | 'splits'>): string {
  const stacks = parts.map((part) =>
    'addresses' in part
      ? part.addresses.map((each) => each.toString(36)).join(' ')
      : `${part.map} ${part.id}`,
  );
  return [pid, ...splits.map(splitKey), ...stacks].join('\n');
}

function splitKey(value: Value): string {
  return typeof value === 'object' ? formatValue(value) : String(value);
}
