import type { EventCell } from '../event-cell.ts';
import type { RecordLayout } from '../event-cells.ts';
import { type RecordAt, textRange } from '../store/record-fields.ts';
import { once, type Predicate } from './compile.ts';

const ASCII = /^[\x20-\x7e]*$/;
/** Texts of one number that are kept. */
const KEPT = 4096;

/** Whether any cell of a record holds a text, case ignored; undefined where none can. @param wanted in lower case */
export function searchRecord(layout: RecordLayout, wanted: string): Predicate<RecordAt> | undefined {
  const searches: Predicate<RecordAt>[] = [];
  for (const cell of layout) {
    if (!cell) continue;
    if (cell.constant !== undefined) {
      if (cell.constant.toLowerCase().includes(wanted)) return () => true;
      continue;
    }
    const search = searchCell(cell, wanted);
    if (search) searches.push(search);
  }
  const [only, ...others] = searches;
  if (others.length === 0) return only;
  return (at) => searches.some((search) => search(at));
}

function searchCell(cell: EventCell, wanted: string): Predicate<RecordAt> | undefined {
  if (cell.letters && !cell.letters.test(wanted)) return undefined;
  const onScreen = (at: RecordAt): boolean => cell.text(at).toLowerCase().includes(wanted);
  const { text, integer } = cell.field;
  if (text && cell.verbatim && ASCII.test(wanted)) {
    // Control characters are shown as others, some as several letters.
    const escaped = wanted.includes('u{') || /[\\{}]/.test(wanted);
    if (!escaped) return once(cell, searchBytes(text, wanted));
  }
  if (!integer || integer.size === 8) return onScreen;
  return remembered(cell, onScreen);
}

/** Numbers repeat, and making texts of them takes longer than all else. What a name is looked up for may get another text: not for long. */
function remembered(cell: EventCell, search: Predicate<RecordAt>): Predicate<RecordAt> {
  const known = new Map<unknown, boolean>();
  return (at) => {
    const value = cell.value(at);
    const before = known.get(value);
    if (before !== undefined) return before;
    const found = search(at);
    if (known.size >= KEPT) known.clear();
    known.set(value, found);
    return found;
  };
}

const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

/** A text of ASCII letters in a char array, as bytes. */
function searchBytes(place: { offset: number; length: number }, wanted: string): Predicate<RecordAt> {
  const letters = new TextEncoder().encode(wanted);
  const [first = 0] = letters;
  return (at) => {
    const { bytes } = at;
    const { from, to } = textRange(at, place);
    for (let start = from; start <= to - letters.length; start++) {
      if (LOWER[bytes[start] as number] !== first) continue;
      let same = 1;
      while (same < letters.length && LOWER[bytes[start + same] as number] === letters[same]) same++;
      if (same === letters.length) return true;
    }
    return false;
  };
}
