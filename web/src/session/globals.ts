/** What the view of a section of globals asks of the decoding worker. */
import type { SourceRef } from './source-ref.ts';
import type { TimeRange } from './time-axis.ts';
import type { Unkept } from './unkept.ts';

export interface GlobalsQuery extends SourceRef {
  /** The moment that is wanted, in seconds since 1970 on the page's clock; absent: now. */
  at?: number | undefined;
}

export interface GlobalsWindow {
  values: GlobalValue[];
  /** When they were so, in seconds since 1970 on the page's clock: the newest of all hosts'. */
  taken: number | undefined;
  unkept?: Unkept | undefined;
  /** The oldest and the newest moment of which there is something; absent while there is nothing. */
  span?: TimeRange | undefined;
}

/** A variable of a section, a member of one or an element, on one host. What consists of others comes before them. */
export interface GlobalValue {
  host: string;
  hostName: string;
  /** As C writes it: `limits[2].burst`. */
  name: string;
  type: string;
  text: string;
  /** How deep it lies in a variable: 0 is the variable itself. */
  depth: number;
  /** How many parts of it follow, each with its own parts. */
  parts: number;
  /** Byte offset and size in its section, for writing. */
  offset: number;
  size: number;
  writable: boolean;
  /** How text that the user types becomes bytes; undefined when it can't. */
  encoding: 'signed' | 'unsigned' | 'bool' | 'text' | 'float' | undefined;
  /** Of whole and real numbers: as a double, and all of its digits. */
  number?: number;
  raw?: string;
  /** What has no parts as it stands in memory, in words. */
  memory?: string;
  /** Names and decimal values of an enum. */
  choices?: readonly (readonly [string, string])[];
  /** A number that more and less can be said of, and no name or address. */
  isAmount?: boolean;
  /** What it counts in ns or bytes. */
  unit?: { dimension: 'time' | 'bytes'; size: bigint };
  /** Between what it may be set, where the program or the type tells. */
  range?: { least: number; most: number };
  /** What the number was in the last snapshots, oldest first, and how often it has changed. */
  past?: readonly number[];
  changes?: number;
}
