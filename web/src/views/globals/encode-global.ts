import type { GlobalValue } from '../../session/globals.ts';

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
  for (const { host, offset, size, encoding, unit } of variable) {
    const bytes = encodeGlobal(typed, encoding, size, unit);
    if (bytes === undefined) return undefined;
    const same = writes.find((write) => write.offset === offset && write.bytes === bytes);
    if (same) same.hosts.push(host);
    else writes.push({ offset, bytes, hosts: [host] });
  }
  return writes;
}

/** Units that a number may be typed with, in ns and in bytes. */
const UNITS: Record<NonNullable<GlobalValue['unit']>['dimension'], Record<string, bigint>> = {
  time: { ns: 1n, us: 1_000n, µs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, min: 60_000_000_000n },
  bytes: { B: 1n, KiB: 1n << 10n, MiB: 1n << 20n, GiB: 1n << 30n },
};

/**
 * What a person typed as the bytes of a variable, in hex, little-endian; undefined when it doesn't fit the type.
 * @param unit what one of the number is: `5 ms` and `64 KiB` are understood then
 */
export function encodeGlobal(
  typed: string,
  encoding: GlobalValue['encoding'],
  size: number,
  unit?: GlobalValue['unit'],
): string | undefined {
  const text = withoutUnit(typed.trim(), unit);
  if (text === undefined) return undefined;
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
    case 'float': {
      if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
      const view = new DataView(new ArrayBuffer(8));
      if (size === 4) view.setFloat32(0, Number(text), true);
      else view.setFloat64(0, Number(text), true);
      return hexOf(view.getBigUint64(0, true), size);
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

/** The number of `5 ms` in what the variable counts; what has no unit stays as it is, and what does not come out even is nothing. */
function withoutUnit(text: string, unit: GlobalValue['unit']): string | undefined {
  const [, whole = '', fraction = '', name = ''] = /^(\d+)(?:\.(\d+))?\s*([a-zµA-Z]+)$/.exec(text) ?? [];
  const size = unit && UNITS[unit.dimension][name];
  if (!unit || size === undefined) return text;
  const scale = 10n ** BigInt(fraction.length);
  const amount = BigInt(`${whole}${fraction}`) * size;
  return amount % (scale * unit.size) === 0n ? String(amount / (scale * unit.size)) : undefined;
}

function hexOf(value: bigint, size: number): string {
  let hex = '';
  for (let at = 0; at < size; at++) hex += hexByte(Number((value >> BigInt(8 * at)) & 255n));
  return hex;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
