import type { FoldedStack } from '../views/flame-frames.ts';
import { bytesField, numberField, type Piece, packedField, stringField } from './protobuf.ts';
import type { StackProfile } from './stack-profile.ts';

/**
 * The message Profile as bytes, not compressed: a file holds it as gzip, which both the browser and Node can do.
 * Source of the numbers of fields: https://github.com/google/pprof/blob/main/proto/profile.proto
 */
export function pprofBytes({ unit, weight, stacks }: StackProfile): Uint8Array<ArrayBuffer> {
  const strings = numbered<string>((text) => text);
  strings.of('');
  const mappings = numbered<string>((file) => file);
  const functions = numbered<Frame>(({ space, text, object }) => `${space}\n${text}\n${object ?? ''}`);

  const samples = stacks.map(({ frames, weight: value }) =>
    // Leaf first. Each function has one location, of the same number.
    bytesField(2, [
      packedField(
        1,
        frames.toReversed().map((frame) => functions.of(frame) + 1),
      ),
      packedField(2, [Math.round(value)]),
    ]),
  );
  const locations: Piece[] = [];
  const named: Piece[] = [];
  functions.all.forEach((frame, at) => {
    const mapping = mappings.of(fileOf(frame)) + 1;
    const line = bytesField(4, [numberField(1, at + 1)]);
    locations.push(bytesField(4, [numberField(1, at + 1), numberField(2, mapping), line]));
    const name = numberField(2, strings.of(frame.text));
    const systemName = numberField(3, strings.of(frame.text));
    const file = numberField(4, strings.of(fileOf(frame)));
    named.push(bytesField(5, [numberField(1, at + 1), name, systemName, file]));
  });
  const files = mappings.all.map((file, at) =>
    bytesField(3, [numberField(1, at + 1), numberField(5, strings.of(file)), numberField(7, 1)]),
  );
  const type = bytesField(1, [
    numberField(1, strings.of(weight === '' ? 'samples' : weight)),
    numberField(2, strings.of(unit === 'ns' ? 'nanoseconds' : unit)),
  ]);
  const table = strings.all.map((text) => stringField(6, text));
  return joined([type, ...samples, ...files, ...locations, ...named, ...table]);
}

type Frame = FoldedStack['frames'][number];

function fileOf({ space, object }: Frame): string {
  return object ?? (space === 'kernel' ? '[kernel]' : '');
}

interface Numbered<T> {
  /** From 0. */
  of(value: T): number;
  readonly all: readonly T[];
}

function numbered<T>(keyOf: (value: T) => string): Numbered<T> {
  const numbers = new Map<string, number>();
  const all: T[] = [];
  return {
    all,
    of(value) {
      const key = keyOf(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, all.length);
      all.push(value);
      return all.length - 1;
    },
  };
}

function joined(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
