import { createDecoder } from '@probepad/protocol/decode';
import type { Frame } from '@probepad/protocol/frames';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import type { NameLookup } from '@probepad/protocol/values/name';
import {
  type FlameFrame,
  type FoldedStack,
  framesOf,
  type StackLookup,
} from '@probepad/protocol/views/flame-frames';
import { createStackTable, type StackTable } from '@probepad/protocol/views/stack-table';
import { type StackPlan, type StackSample, stackKey } from '@probepad/protocol/views/stacks';
import { createTotals } from '@probepad/protocol/views/totals';

/** The stacks of one source of one host, with what was seen in each since the run began: the first of the plan's weights. */
export interface StackCollection {
  /** Frames of other sources are passed over. */
  take(frame: Frame): void;
  /** With the names that are known by now; looks up those that are not. */
  stacks(): FoldedStack[];
  /** Samples that had no room. */
  readonly leftOut: number;
}

/** Different stacks that are kept, each of one process. */
const STACKS_MAX = 250_000;

interface Seen {
  sample: Pick<StackSample, 'parts' | 'pid'>;
  weight: number;
}

export function createStackCollection(
  schema: ProbeSchema,
  source: Source,
  plan: StackPlan,
  names: NameLookup,
): StackCollection {
  const decoder = createDecoder(schema);
  const tables = new Map<number, { name: string; table: StackTable }>();
  for (const each of schema.sources) {
    if (plan.stackMaps.includes(each.name))
      tables.set(each.id, { name: each.name, table: createStackTable(each) });
  }
  const byName = new Map([...tables.values()].map(({ name, table }) => [name, table]));
  const seen = new Map<string, Seen>();
  const totals = createTotals();
  const { keySize } = source;
  let leftOut = 0;

  function seenOf(sample: StackSample): Seen | undefined {
    const { parts, pid } = sample;
    // What a flame graph merges anyway, columns to split by, is one here; addresses of different processes are not.
    const key = stackKey({ parts, pid, splits: [] });
    let known = seen.get(key);
    if (known === undefined) {
      if (seen.size >= STACKS_MAX) {
        leftOut++;
        return undefined;
      }
      known = { sample: { parts, pid }, weight: 0 };
      seen.set(key, known);
    }
    return known;
  }

  return {
    get leftOut() {
      return leftOut;
    },
    take(frame) {
      const { kind, source: id } = frame.header;
      const stacks = tables.get(id);
      if (stacks !== undefined && kind === 'stacks') stacks.table.take(frame);
      if (id !== source.id) return;
      if (kind === 'map') {
        const batch = decoder.map(frame);
        for (const [row, sample] of plan.ofMap(batch).entries()) {
          const known = seenOf(sample);
          if (known === undefined) continue;
          // Keys with a member that no sample tells of are one stack, each with its own sum.
          const entry = Buffer.from(frame.payload.subarray(row * keySize, (row + 1) * keySize));
          known.weight += totals.grown(entry.toString('latin1'), sample.weights)?.[0] ?? 0;
        }
        if (batch.last) totals.turn();
      } else if (kind === 'events') {
        for (const batch of decoder.records(frame)) {
          for (const sample of plan.ofRecords(batch)) {
            const known = seenOf(sample);
            if (known !== undefined) known.weight += sample.weights[0] ?? 0;
          }
        }
      }
    },
    stacks() {
      const lookUpStack: StackLookup = (map, id) => byName.get(map)?.get(id);
      const merged = new Map<string, { frames: FlameFrame[]; weight: number }>();
      // What was seen most often is asked a name for first.
      for (const { sample, weight } of [...seen.values()].sort((a, b) => b.weight - a.weight)) {
        if (!(weight > 0)) continue;
        const frames = framesOf(sample, lookUpStack, names);
        const key = frames.map(({ space, text, object }) => `${space} ${text} ${object ?? ''}`).join('\n');
        const known = merged.get(key);
        if (known === undefined) merged.set(key, { frames, weight });
        else known.weight += weight;
      }
      return [...merged.values()];
    },
  };
}
