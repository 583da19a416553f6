import { TextDecoder } from 'node:util';
import type { Column } from '@probepad/protocol/columns';
import { createDecoder, type MapBatch, type RecordBatch, type TraceLine } from '@probepad/protocol/decode';
import type { Frame } from '@probepad/protocol/frames';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/values/value';
import { createStackTable, type StackTable } from '@probepad/protocol/views/stack-table';

export interface MapEntry {
  key: Value;
  value: Value;
}

/** What frames hold, ready to print. */
export interface RowListener {
  records(source: Source, batch: RecordBatch): void;
  /** One whole snapshot. */
  snapshot(source: Source, entries: MapEntry[], partial: boolean): void;
  globals(source: Source, value: Value): void;
  trace(lines: TraceLine[]): void;
  text(source: Source, text: string): void;
}

/** Decodes the frames of one stream. Snapshots are given when their last piece is there. */
export function createRowDecoder(schema: ProbeSchema, listener: RowListener): (frame: Frame) => void {
  const decoder = createDecoder(schema);
  const snapshots = new Map<number, { seq: bigint; entries: MapEntry[]; partial: boolean }>();
  const stacks = new Map<number, StackTable>();
  const texts = new Map<number, TextDecoder>();

  function onMap(source: Source, frame: Frame): void {
    if (source.kind === 'globals') {
      listener.globals(source, decoder.globals(frame));
      return;
    }
    const batch = decoder.map(frame);
    let snapshot = snapshots.get(source.id);
    if (batch.first) {
      snapshot = { seq: batch.snapshot, entries: [], partial: false };
      snapshots.set(source.id, snapshot);
    }
    // The rest of a snapshot whose first piece was dropped.
    if (snapshot === undefined || snapshot.seq !== batch.snapshot) return;
    for (const entry of entriesOf(batch)) snapshot.entries.push(entry);
    snapshot.partial ||= batch.partial;
    if (!batch.last) return;
    snapshots.delete(source.id);
    listener.snapshot(source, snapshot.entries, snapshot.partial);
  }

  /** All that is known of them by now: what was told before still holds. */
  function onStacks(source: Source, frame: Frame): void {
    let table = stacks.get(source.id);
    if (table === undefined) {
      table = createStackTable(source);
      stacks.set(source.id, table);
    }
    if (!table.take(frame)) return;
    listener.snapshot(source, entriesOf(decoder.map(table.entries(frame))), false);
  }

  return (frame) => {
    const { kind, source: id } = frame.header;
    switch (kind) {
      case 'events': {
        const source = decoder.sourceOf(frame);
        for (const batch of decoder.records(frame)) listener.records(source, batch);
        break;
      }
      case 'map':
        onMap(decoder.sourceOf(frame), frame);
        break;
      case 'trace':
        listener.trace(decoder.trace(frame));
        break;
      case 'text': {
        let utf8 = texts.get(id);
        if (utf8 === undefined) {
          utf8 = new TextDecoder();
          texts.set(id, utf8);
        }
        listener.text(decoder.sourceOf(frame), utf8.decode(frame.payload, { stream: true }));
        break;
      }
      case 'stacks':
        onStacks(decoder.sourceOf(frame), frame);
        break;
      case 'gap':
      case 'log':
      case 'blob':
        break;
    }
  };
}

/** One row of columns as a value nested as its type is. */
export function rowOf(columns: readonly Column[], row: number): Value {
  const [only] = columns;
  if (columns.length === 1 && only?.leaf.path.length === 0) return only.get(row);
  const whole: { [member: string]: Value } = {};
  for (const column of columns) {
    const { path } = column.leaf;
    let place = whole;
    for (const name of path.slice(0, -1)) {
      place[name] ??= {};
      place = place[name] as { [member: string]: Value };
    }
    place[path.at(-1) ?? 'value'] = column.get(row);
  }
  return whole;
}

function entriesOf(batch: MapBatch): MapEntry[] {
  return Array.from({ length: batch.rows }, (_, row) => ({
    key: batch.keys.length === 0 ? null : rowOf(batch.keys, row),
    value:
      batch.cpuValues === undefined
        ? rowOf(batch.values, row)
        : batch.cpuValues.map((cpu) => rowOf(cpu, row)),
  }));
}
