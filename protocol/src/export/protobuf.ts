/**
 * As much of the wire format of Protocol Buffers as a profile needs: whole numbers that are not negative, texts, messages and lists.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

/** Bytes of one field, or of several. */
export type Piece = readonly number[];

const VARINT = 0;
const LENGTH_DELIMITED = 2;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  // No shifts: numbers may be wider than 32 bits.
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

/** @param value whole, from 0 to 2^53. A 0 is left out: it is what readers take for a field that is not there. */
export function numberField(field: number, value: number): Piece {
  return value === 0 ? [] : [...varint(field * 8 + VARINT), ...varint(value)];
}

export function packedField(field: number, values: readonly number[]): Piece {
  return delimited(field, values.flatMap(varint));
}

export function stringField(field: number, text: string): Piece {
  return delimited(field, utf8(text));
}

export function bytesField(field: number, pieces: readonly Piece[]): Piece {
  return delimited(field, pieces.flat());
}

function delimited(field: number, bytes: readonly number[]): Piece {
  return [...varint(field * 8 + LENGTH_DELIMITED), ...varint(bytes.length), ...bytes];
}

/** `encodeURIComponent` is the one encoder of UTF-8 that the language itself has. A lone surrogate becomes U+FFFD. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const encoded = encodeURIComponent(code >= 0xd800 && code <= 0xdfff ? '\ufffd' : letter);
    for (const pair of encoded.slice(1).split('%')) bytes.push(Number.parseInt(pair, 16));
  }
  return bytes;
}
