import type { Frame } from '@probepad/protocol/frames';

/** The bytes of an entry's key, one character each: its identity within its map, never shown. */
export function rawKeyOf({ payload }: Frame, keySize: number, row: number): string {
  let key = '';
  for (let at = row * keySize; at < (row + 1) * keySize; at++) key += String.fromCharCode(payload[at] ?? 0);
  return key;
}
