import type { Value } from '@probepad/protocol/values/value';
import type { Predicate } from './compile.ts';
import type { Comparison } from './syntax.ts';

/** What a filter can know of a column before it sees a row. */
export interface ColumnFacts {
  name: string;
  /**
   * `number`: whole or real. `flag`: true or false. `address`: octets or a number that is shown as an address. `clock`: a time of day.
   * `other`: lists and whatever is only a text on screen.
   */
  kind: 'number' | 'text' | 'flag' | 'address' | 'clock' | 'other';
  /** What one of its numbers is, in ns or in bytes. Absent where a number is just a number. */
  unit?: { dimension: 'time' | 'bytes'; size: bigint } | undefined;
  /** Numbers that have names. */
  names?: ReadonlyMap<string, bigint> | undefined;
  /** Bytes of a number that lies in memory the other way round from how people write it. */
  networkOrder?: number | undefined;
  /** Cells may show words that nobody can list in advance. */
  words?: boolean;
}

/** How a column is read out of rows of one kind. */
export interface ColumnReader<R> {
  /** Numbers as people write them (no byte order), enums as their numbers. Null where this row has no such thing. */
  value(row: R): Value;
  /** The text of the cell. */
  text(row: R): string;
  /** Where whole numbers can be compared without making one: the same as `value`, but faster. */
  compare?: ((sign: Comparison, constant: bigint) => Predicate<R>) | undefined;
  /** Whether the text is this one, faster than by `text`; undefined for a text that is only seen there. */
  equals?: ((text: string) => Predicate<R> | undefined) | undefined;
  /** Small numbers for the texts, the same for the same text, without making one: what is found out of a text need be only once. */
  ids?: (() => (row: R) => number) | undefined;
}
