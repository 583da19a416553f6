import type { GlobalValue } from '../session/decoder.ts';

/** Bytes to write at one place, and the hosts where the variable lies there. */
export interface GlobalWrite {
  offset: number;
  bytes: string;
  hosts: string[];
}

/**
 * One variable on all its hosts, to what a person typed: kernels differ, and with them where it lies and how large it is. Undefined
 * when it doesn't fit the type somewhere.
 */
export function writesOf(variable: readonly GlobalValue[], typed: string): GlobalWrite[] | undefined {
  const writes: GlobalWrite[] = [];
  for (const { host, offset, size, encoding } of variable) {
    const bytes = encodeGlobal(typed, encoding, size);
    if (bytes === undefined) return undefined;
    const same = writes.find((write) => write.offset === offset && write.bytes === bytes);
    if (same) same.hosts.push(host);
    else writes.push({ offset, bytes, hosts: [host] });
  }
  return writes;
}

/** What a person typed as the bytes of a variable, in hex, little-endian; undefined when it doesn't fit the type. */
export function encodeGlobal(
  typed: string,
  encoding: GlobalValue['encoding'],
  size: number,
): string | undefined {
  const text = typed.trim();
  switch (encoding) {
    case 'bool':
      if (['true', '1'].includes(text)) return hexOf(1n, size);
      return ['false', '0'].includes(text) ? hexOf(0n, size) : undefined;
    case 'signed':
    case 'unsigned': {
      if (!/^-?(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
      const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
      const bits = BigInt(size * 8);
      const [least, most] =
        encoding === 'signed' ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
      return value < least || value > most ? undefined : hexOf(BigInt.asUintN(size * 8, value), size);
    }
    case 'text': {
      const bytes = new TextEncoder().encode(typed);
      // One byte is left for the NUL that C expects.
      if (bytes.length >= size) return undefined;
      return [...bytes, ...Array<number>(size - bytes.length).fill(0)].map(hexByte).join('');
    }
    default:
      return undefined;
  }
}

function hexOf(value: bigint, size: number): string {
  let hex = '';
  for (let at = 0; at < size; at++) hex += hexByte(Number((value >> BigInt(8 * at)) & 255n));
  return hex;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
