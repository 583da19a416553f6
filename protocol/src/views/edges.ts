/** Who has to do with whom: records and entries of maps as edges between two named ends. */
import type { Column } from '../columns.ts';
import type { MapBatch, RecordBatch } from '../decode.ts';
import { type Leaf, leavesOf } from '../leaves.ts';
import type { ProbeSchema, Source } from '../schema.ts';
import { isCharType, resolveType } from '../types.ts';
import { formatValue } from '../values/format.ts';
import type { FormatContext } from '../values/format-context.ts';
import { type Presentation, presentLeaves } from '../values/presentation.ts';
import { inferViews } from './infer-views.ts';
import type { Ends } from './view.ts';
import { type Weight, weightOf } from './weight.ts';

/** What the left end of an edge is: who acts where something tells, the address, or the address with its port. */
export type NearEnd = 'process' | 'address' | 'port';

/** An edge's ends as texts. */
export interface EdgeEnds {
  /** The left end as each of `EdgePlan.near`. */
  from: string[];
  to: string;
}

export interface Edge extends EdgeEnds {
  /** The same without names that a host has told, which come later and change: what an edge and its ends are known by. */
  bare: EdgeEnds;
  /** In the order of `EdgePlan.weights`. */
  weights: number[];
}

export interface EdgePlan {
  /** What the left end can be, the best first. */
  near: NearEnd[];
  /** The first is what edges are as thick as unless somebody picks another. */
  weights: Weight[];
  /** Of a map: one for each row, whose weights are what was seen since the run began; none where the key has no two ends. */
  ofMap(batch: MapBatch, context?: FormatContext): Edge[];
  /** Of events: each record counts for itself. */
  ofRecords(batch: RecordBatch, context?: FormatContext): Edge[];
}

const COUNT: Weight = { column: '', label: 'events', unit: 'count', factor: 1 };

/** Undefined for a source that can't be shown as a topology. */
export function planEdges(schema: ProbeSchema, source: Source): EdgePlan | undefined {
  const view = inferViews(schema)
    .find((each) => each.source === source.name)
    ?.views.find((each) => each.kind === 'topology');
  if (view?.kind !== 'topology') return undefined;
  const isMap = source.kind === 'map';
  const values = source.valueType === undefined ? [] : leavesOf(schema, source.valueType);
  const types = isMap ? [source.keyType ?? -1] : source.records.map(({ type }) => type);
  const measured = isMap ? values : types.flatMap((type) => leavesOf(schema, type));
  const amounts = view.measures.flatMap(({ column }) => {
    const leaf = measured.find(({ name }) => name === column);
    return leaf ? [weightOf(schema, leaf, isMap ? source.name : leaf.name)] : [];
  });
  const weights = isMap ? amounts : [COUNT, ...amounts];
  if (weights.length === 0) return undefined;
  const rows = new Map(types.map((type) => [type, planRow(schema, type, isMap ? values : [], view.ends)]));
  const near = [...rows.values()].find((row) => row !== undefined)?.near ?? [];
  if (near.length === 0) return undefined;

  return {
    near,
    weights,
    ofMap(batch, context) {
      const row = rows.get(source.keyType ?? -1);
      if (row === undefined) return [];
      const cpus = batch.cpuValues ?? [batch.values];
      const columns = weights.map(({ column }) =>
        cpus.flatMap((each) => each.find(({ leaf }) => leaf.name === column) ?? []),
      );
      const read = row.read(batch.keys, context);
      return Array.from({ length: batch.rows }, (_, at) => ({
        ...read(at),
        weights: columns.map((each, index) =>
          each.reduce((sum, column) => sum + numberOf(column, at) * (weights[index]?.factor ?? 1), 0),
        ),
      }));
    },
    ofRecords(batch, context) {
      const row = rows.get(batch.type ?? -1);
      if (row === undefined) return [];
      const columns = weights.map(({ column }) => batch.columns.find(({ leaf }) => leaf.name === column));
      const read = row.read(batch.columns, context);
      return Array.from({ length: batch.rows }, (_, at) => ({
        ...read(at),
        weights: columns.map((column, index) =>
          column ? numberOf(column, at) * (weights[index]?.factor ?? 1) : 1,
        ),
      }));
    },
  };
}

interface RowPlan {
  near: NearEnd[];
  read(
    columns: readonly Column[],
    context: FormatContext | undefined,
  ): (row: number) => Omit<Edge, 'weights'>;
}

const COMMAND = /(^|_)(comm|task|command)$/;
/** What the kernel calls a task is this long (linux/sched.h, TASK_COMM_LEN), and some programs call it only `name`. */
const COMMAND_SIZE = 16;
const PROCESS = /^(tgid|pid)$/;

function planRow(
  schema: ProbeSchema,
  type: number,
  beside: readonly Leaf[],
  ends: readonly Ends[],
): RowPlan | undefined {
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type, beside);
  const placeOf = (fits: (leaf: Leaf) => boolean): number => leaves.findIndex(fits);
  const named = (name: string): number => placeOf((leaf) => leaf.name === name);
  // Programs keep IPv4 and IPv6 apart; one of each pair is empty then.
  const pairs = ends
    .map(({ from, to }) => ({ from: named(from), to: named(to) }))
    .filter(({ from, to }) => from >= 0 && to >= 0);
  if (pairs.length === 0) return undefined;
  const isPort = (pattern: RegExp) => (leaf: Leaf) => pattern.test(leaf.path.at(-1) ?? '');
  const sport = placeOf(isPort(/^(s|src_?|l|local_?)port$/));
  const dport = placeOf(isPort(/^(d|dst_?|dest_?|r|remote_?)port$/));
  const isNetwork = pairs.some(({ from }) => isAddress(shown[from]));
  const isCommand = ({ path, size }: Leaf): boolean => {
    const name = path.at(-1) ?? '';
    return COMMAND.test(name) || (name === 'name' && size === COMMAND_SIZE);
  };
  const command = placeOf((leaf) => isCommand(leaf) && isText(schema, leaf) && !isOf(pairs, leaves, leaf));
  const process = placeOf((leaf) => PROCESS.test(leaf.path.at(-1) ?? '') && !isOf(pairs, leaves, leaf));
  const near: NearEnd[] = [
    ...(isNetwork && (command >= 0 || process >= 0) ? (['process'] as const) : []),
    'address',
    ...(isNetwork && sport >= 0 ? (['port'] as const) : []),
  ];
  const isNamed = [command, process, sport, dport, ...pairs.flatMap(({ from, to }) => [from, to])].some(
    (at) => shown[at]?.nameKind !== undefined,
  );
  return {
    near,
    read: (columns, context) => {
      const endsOf = (known: FormatContext | undefined): ((row: number) => EdgeEnds) => {
        const textOf = (at: number, row: number): string =>
          at < 0 ? '' : formatValue(columns[at]?.get(row) ?? null, shown[at], known);
        const nearText: Record<NearEnd, (from: number, row: number) => string> = {
          process: (_, row) => (command >= 0 ? textOf(command, row) : `pid ${textOf(process, row)}`),
          address: textOf,
          port: (from, row) => withPort(textOf(from, row), textOf(sport, row)),
        };
        return (row) => {
          const pair = pairs.find(
            ({ from, to }) => !isNowhere(textOf(from, row)) || !isNowhere(textOf(to, row)),
          );
          const { from, to } = pair ?? pairs[0] ?? { from: -1, to: -1 };
          return {
            from: near.map((each) => nearText[each](from, row)),
            to: withPort(textOf(to, row), textOf(dport, row)),
          };
        };
      };
      const named = endsOf(context);
      if (!isNamed || context?.names === undefined) {
        return (row) => {
          const ends = named(row);
          return { ...ends, bare: ends };
        };
      }
      const bare = endsOf({ ...context, names: undefined });
      return (row) => ({ ...named(row), bare: bare(row) });
    },
  };
}

function isOf(pairs: readonly { from: number; to: number }[], leaves: readonly Leaf[], leaf: Leaf): boolean {
  return pairs.some(({ from, to }) => leaves[from] === leaf || leaves[to] === leaf);
}

function isAddress(shown: Presentation | undefined): boolean {
  return shown !== undefined && ['ipv4', 'ipv6', 'ip'].includes(shown.meaning);
}

/** What is written for an address that is not there. */
function isNowhere(text: string): boolean {
  return text === '0.0.0.0' || text === '::' || text === '';
}

function withPort(address: string, port: string): string {
  if (port === '' || port === '0') return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function isText(schema: ProbeSchema, leaf: Leaf): boolean {
  const type = resolveType(schema, leaf.type);
  return type.kind === 'array' && isCharType(schema, type.element);
}

function numberOf(column: Column, row: number): number {
  const value = column.get(row);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}
