import type { Leaf } from '../leaves.ts';
import type { ProbeSchema } from '../schema.ts';
import type { Meaning } from '../values/meaning.ts';
import { presentationOf } from '../values/presentation.ts';
import type { ColumnName } from './view.ts';

/** A number by which frames of a flame graph are as wide as they are, and edges of a topology as thick. */
export interface Weight {
  /** The member; empty where the value itself is the number, and where records are counted. */
  column: ColumnName;
  label: string;
  /** `count`, `ns`, `bytes`, or what the author says. */
  unit: string;
  /** What the member's numbers are multiplied by to be in that unit. */
  factor: number;
}

const UNITS: Partial<Record<Meaning, readonly [unit: string, factor: number]>> = {
  duration_ns: ['ns', 1],
  duration_us: ['ns', 1e3],
  duration_ms: ['ns', 1e6],
  duration_s: ['ns', 1e9],
  bytes: ['bytes', 1],
  kibibytes: ['bytes', 1024],
};

/** @param owner names a member that has no name of its own */
export function weightOf(schema: ProbeSchema, leaf: Leaf, owner: string): Weight {
  const shown = presentationOf(schema, leaf.name === '' ? { ...leaf, name: owner } : leaf);
  const [unit, factor] = UNITS[shown.meaning] ?? [shown.unit ?? 'count', 1];
  return { column: leaf.name, label: shown.label ?? (leaf.name === '' ? owner : leaf.name), unit, factor };
}
