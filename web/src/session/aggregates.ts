/** What views that sum up over time ask of the decoding worker. Nothing is added up on the page's own thread. */
import type { SourceRef } from './source-ref.ts';
import type { TimeRange } from './time-axis.ts';

/** Of the values in each moment. `rate`: what came a second (of a measure: its sum a second); `value`: as it is. */
export type Statistic = 'rate' | 'value' | 'avg' | 'p50' | 'p90' | 'p99' | 'min' | 'max';

/** Whether each host is shown for itself, or all as one. */
export type HostsTogether = 'apart' | 'merged';

interface AggregateQuery extends SourceRef {
  /** Absent: all that is kept. */
  range?: TimeRange | undefined;
  /** A column as `inferViews` names it; absent: events are counted, of maps it is the first measure. */
  measure?: string | undefined;
  /** Absent: `rate` for events and counters, `value` for gauges. */
  statistic?: Statistic | undefined;
  /** Events: the column whose values are shown each for itself. */
  split?: string | undefined;
  hosts?: HostsTogether | undefined;
}

export interface SeriesQuery extends AggregateQuery {
  /** Pixels that the lines are drawn on; more points than can be seen are not sent. */
  points?: number | undefined;
  /** Keys with a line of their own. */
  top?: number | undefined;
}

/** What may be told before all is counted that is kept. */
interface Unfinished {
  /** Older rows are still to be counted: asked again, it gets on. */
  searching?: true;
}

export interface Series extends Unfinished {
  /** Seconds since 1970. */
  times: number[];
  lines: SeriesLine[];
  /** What one unit on the y axis is: `events/s`, `ns`, `B/s`. */
  unit: string;
  /** What the source has something of; absent while there is nothing. */
  kept?: TimeRange | undefined;
  /** Seconds from a point's time to the end of what it counts; absent where points stand for moments. */
  reach?: number;
  /** The most events of a line that may be among the others, see `Ranking.short`. */
  short?: number;
}

export interface SeriesLine {
  label: string;
  /** Id of the host, empty where all are one. */
  host: string;
  values: (number | null)[];
  /** Where it is another than that of the series. */
  unit?: string;
}

export interface DistributionQuery extends AggregateQuery {
  /** Which of the source's slots, by their place in the view. */
  slots?: number | undefined;
  scale?: 'log2' | 'linear' | undefined;
}

export interface Distribution extends Unfinished {
  /** The key's text, the column, or the source; with the host's name where there are several. */
  label: string;
  /** Id of the host, empty where all are one. */
  host: string;
  /** From its first to its last that counts something; `to` is not in it. */
  bars: { from: number; to: number; count: number }[];
  total: number;
  /** Of one value: `ns`, `B`. */
  unit: string;
}

export interface HeatmapQuery extends DistributionQuery {
  /** Columns that there is room for. */
  points: number;
}

export interface Heatmap extends Unfinished {
  label: string;
  /** Id of the host, empty where all are one. */
  host: string;
  /** Where each column begins, in seconds since 1970, and how wide all are. */
  times: number[];
  step: number;
  /** Borders of the rows, from the lowest: one more than there are rows. */
  edges: number[];
  /** Row by row within a column: `counts[column * rows + row]`. */
  counts: number[];
  unit: string;
  kept?: TimeRange | undefined;
}

export interface RankingQuery extends AggregateQuery {
  limit: number;
}

export interface Ranking extends Unfinished {
  /** How many there are of which the rows are the largest; more, where there is a `short`. */
  keys: number;
  /**
   * The most events of a key that may not be counted as its own, but are in the sum: there were more keys at a time than have a count of
   * their own. Absent where all counts are exact.
   */
  short?: number;
  rows: { id: string; label: string; host: string; hostName: string; value: number }[];
  /** What is not among the rows: how many keys and their sum, where sums mean something. */
  rest: { keys: number; value: number } | undefined;
  unit: string;
  kept?: TimeRange | undefined;
}

/** Whether an answer, or one of several, is not whole yet. */
export function isUnfinished(answer: unknown): boolean {
  if (Array.isArray(answer)) return answer.some(isUnfinished);
  return typeof answer === 'object' && answer !== null && 'searching' in answer && answer.searching === true;
}
