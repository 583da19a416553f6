/** Slots of the table: names of commands and files that one source tells of. */
const SLOTS = 4096;

interface Known {
  bytes: Uint8Array;
  text: string;
}

/**
 * Texts of byte ranges, made once for those that come again and again: comparing bytes costs a tenth of making a string. What falls
 * into the slot of another takes its place.
 */
export function createTextCache(
  make: (bytes: Uint8Array, from: number, to: number) => string,
): (bytes: Uint8Array, from: number, to: number) => string {
  const slots: (Known | undefined)[] = Array(SLOTS).fill(undefined);
  return (bytes, from, to) => {
    // FNV-1a, 32 bits (RFC 9923).
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = slots[slot];
    if (known && isSame(known.bytes, bytes, from, to)) return known.text;
    const text = make(bytes, from, to);
    slots[slot] = { bytes: bytes.slice(from, to), text };
    return text;
  };
}

function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== bytes[from + at]) return false;
  return true;
}
