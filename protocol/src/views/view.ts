/** Ways to show a source, as data: `inferViews` proposes them, the app draws them, the snippet keeps what was chosen. */

export const VIEW_KINDS = [
  /** Rows of events, entries of a map. */
  'table',
  /** Numbers over time. */
  'chart',
  /** How often values of each size were seen. */
  'histogram',
  /** A histogram over time. */
  'heatmap',
  /** The largest of many, as bars. */
  'bars',
  /** Stacks by how much was seen in them. */
  'flame',
  /** Who has to do with whom. */
  'topology',
  /** Globals as they are now, to be changed where they can be. */
  'values',
  /** A few numbers, large. */
  'number',
  /** Lines of text. */
  'log',
] as const;
export type ViewKind = (typeof VIEW_KINDS)[number];

/**
 * Columns are named as `leavesOf` names them within a record, a key, a value or a section; a key or value that is itself a scalar
 * is the column `''`.
 */
export type ColumnName = string;

/** Where the counts of a log2 histogram stand: slot n counts what is at least 2^n and below 2^(n+1), the first 0 and 1. */
export type Slots = (
  | { in: 'value'; column: ColumnName }
  /** A list of structs in each value, each with a list of counts as this member. */
  | { in: 'list'; column: ColumnName; member: string }
  /** Each entry is a slot: its key the slot's number, this column of its value the count. */
  | { in: 'entries'; column: ColumnName }
) & {
  scale: Scale;
  /** What was measured, where a tag tells: `us`, `B`. */
  unit?: string;
};

/** Linear: slot n counts the value n (times a width that nothing tells). */
export type Scale = 'log2' | 'linear';

/** Counters are looked at as what they grow by a second, gauges as they are. */
export type Growth = 'counter' | 'gauge';

/** Numbers that a view can show; the first unless the user picks another. */
export interface Measure {
  /** In globals it may be a list of numbers: a measure for each, `name[0]` and so on. */
  column: ColumnName;
  growth: Growth;
}

/** Where stacks come from. */
export type Stacks =
  /** A map whose keys hold ids of stacks in the map `stackMap`, or in the one the user picks where there are several. */
  | { from: 'ids'; ids: StackColumn[]; stackMaps: string[] }
  /** Lists of addresses in the key or record itself. `size` counts bytes that are used, where a member tells. */
  | { from: 'addresses'; lists: (StackColumn & { size?: ColumnName })[] };

export interface StackColumn {
  column: ColumnName;
  space: 'kernel' | 'user' | 'unknown';
}

/** Two columns that name the ends of something: who sends and who receives. */
export interface Ends {
  from: ColumnName;
  to: ColumnName;
}

/** One way to show one source, with what it needs of it. */
export type View =
  | { kind: 'table' }
  | { kind: 'log' }
  | { kind: 'values' }
  /**
   * Events: their rate, or one of `measures` over each moment; one line for each of the most frequent values of a column of
   * `splits` where the user picks one. Maps: a measure of each of their busiest keys. Globals: the measures themselves.
   */
  | { kind: 'chart'; of: 'events' | 'entries' | 'globals'; measures: Measure[]; splits: ColumnName[] }
  | { kind: 'number'; of: 'entries' | 'globals'; measures: Measure[] }
  /** Of `slots` where the program has counted already, else of values of `measures` in events. */
  | { kind: 'histogram' | 'heatmap'; slots: Slots[]; measures: Measure[] }
  /** Of a map's keys by a measure; of events by a column of `splits`, counted or with a measure summed. */
  | { kind: 'bars'; of: 'events' | 'entries'; measures: Measure[]; splits: ColumnName[] }
  /** Stacks may be drawn for each value of a column of `splits` apart: by command, by process. */
  | { kind: 'flame'; stacks: Stacks; measures: Measure[]; splits: ColumnName[] }
  | { kind: 'topology'; ends: Ends[]; measures: Measure[] };

/** How much a source has to say: what a program keeps for its own use comes last. */
export type Interest = 'result' | 'aside' | 'working';

export interface SourceViews {
  source: string;
  interest: Interest;
  /** The best first; never empty. */
  views: View[];
}
