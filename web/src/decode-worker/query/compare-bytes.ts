import type { IntegerPlace, RecordAt } from '../store/record-fields.ts';
import type { Predicate } from './compile.ts';
import { HOLDS, sieveText, sieveWhole } from './sieve.ts';
import type { Comparison } from './syntax.ts';

/** Comparisons right in a record's bytes, with no number or text made of them. Nothing fits where the record is too short. */

/** Whole numbers against a constant, exact to the last of 64 bits. */
export function compareWhole(
  place: IntegerPlace,
  bigEndian: boolean,
): (sign: Comparison, constant: bigint) => Predicate<RecordAt> {
  return (sign, constant) => {
    const { size, signed } = place;
    const bits = BigInt(size * 8);
    const least = signed ? -(1n << (bits - 1n)) : 0n;
    const most = (1n << (signed ? bits - 1n : bits)) - 1n;
    if (constant < least || constant > most) {
      const above = constant > most;
      const holds = sign === '!=' || (above ? sign === '<' || sign === '<=' : sign === '>' || sign === '>=');
      return ({ start, end }) => holds && start + place.offset + size <= end;
    }
    const order = orderOf(place, bigEndian, constant);
    const { offset } = place;
    const [less, same, more] = HOLDS[sign];
    const fits: Predicate<RecordAt> = (at) => {
      if (at.start + offset + size > at.end) return false;
      const found = order(at);
      return found < 0 ? less : found > 0 ? more : same;
    };
    fits.sieve = sieveWhole(place, bigEndian, sign, constant);
    return fits;
  };
}

/** Below 0, 0 or above 0, as the number in the record is less than the constant, the same or more. */
function orderOf(
  { offset, size, signed }: IntegerPlace,
  bigEndian: boolean,
  constant: bigint,
): (at: RecordAt) => number {
  const little = !bigEndian;
  if (size === 8) {
    const highOffset = offset + (little ? 4 : 0);
    const lowOffset = offset + (little ? 0 : 4);
    const low = Number(BigInt.asUintN(32, constant));
    const high = Number(constant >> 32n);
    if (signed) {
      return ({ view, start }) =>
        view.getInt32(start + highOffset, little) - high || view.getUint32(start + lowOffset, little) - low;
    }
    return ({ view, start }) =>
      view.getUint32(start + highOffset, little) - high || view.getUint32(start + lowOffset, little) - low;
  }
  const wanted = Number(constant);
  switch (size) {
    case 1:
      return signed
        ? ({ view, start }) => view.getInt8(start + offset) - wanted
        : ({ view, start }) => view.getUint8(start + offset) - wanted;
    case 2:
      return signed
        ? ({ view, start }) => view.getInt16(start + offset, little) - wanted
        : ({ view, start }) => view.getUint16(start + offset, little) - wanted;
    case 4:
      return signed
        ? ({ view, start }) => view.getInt32(start + offset, little) - wanted
        : ({ view, start }) => view.getUint32(start + offset, little) - wanted;
  }
}

const utf8 = new TextEncoder();

/** What `escapeControls` puts in a control character's place: such a text has to be compared as it is on screen. */
const ESCAPED = /[\u2400-\u241f]|\\u\{/;

/** Whether a char array holds this text and nothing more. */
export function equalsText(place: {
  offset: number;
  length: number;
}): (text: string) => Predicate<RecordAt> | undefined {
  return (text) => {
    if (ESCAPED.test(text)) return undefined;
    const wanted = utf8.encode(text);
    const { offset, length } = place;
    const fits: Predicate<RecordAt> = ({ bytes, start, end }) => {
      const from = start + offset;
      const to = from + wanted.length;
      const limit = length === 0 ? end : Math.min(end, from + length);
      if (to > limit) return false;
      for (let index = 0; index < wanted.length; index++)
        if (bytes[from + index] !== wanted[index]) return false;
      return to === limit || bytes[to] === 0;
    };
    if (wanted.length > 0) fits.sieve = sieveText(place, wanted);
    return fits;
  };
}
