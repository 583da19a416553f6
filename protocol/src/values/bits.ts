import { ACCESS_MODES, FILE_TYPE_LETTERS, OPEN_FLAGS_ARM64, OPEN_FLAGS_X86_64 } from './tables/files.ts';
import type { FlagTable } from './tables/name-table.ts';

/** Words of bits as C source writes them. */

/** `A|B|0x40`: the names of what is set, and the rest in hex. `none` is what zero is called. */
export function formatFlags(
  value: number | bigint,
  table: readonly (readonly [name: string, bits: number | bigint])[],
  none = '0',
): string {
  let rest = BigInt.asUintN(64, BigInt(value));
  const names: string[] = [];
  for (const [name, bits] of table) {
    const wanted = BigInt(bits);
    if (wanted === 0n || (rest & wanted) !== wanted) continue;
    names.push(name);
    rest &= ~wanted;
  }
  if (rest !== 0n) names.push(`0x${rest.toString(16)}`);
  return names.length === 0 ? none : names.join('|');
}

/** Flags of open(2), the access mode first; in hex where the machine's are not known. */
export function formatOpenFlags(value: number | bigint, arch: string | undefined): string {
  const table = openFlags(arch);
  if (table === undefined) return `0x${value.toString(16)}`;
  const bits = Number(BigInt.asUintN(32, BigInt(value)));
  const access = ACCESS_MODES[bits & 3] ?? '';
  const others = formatFlags((bits & ~3) >>> 0, table, '');
  return others === '' ? access : `${access}|${others}`;
}

function openFlags(arch: string | undefined): FlagTable | undefined {
  switch (arch) {
    case 'x86_64':
    case 'i686':
      return OPEN_FLAGS_X86_64;
    case 'aarch64':
    case 'arm64':
      return OPEN_FLAGS_ARM64;
    default:
      return undefined;
  }
}

/** `-rw-r--r-- (0644)`, as `ls -l` writes it; without a file type only the permissions: `rw-r--r-- (0644)`. */
export function formatFileMode(value: number | bigint): string {
  const mode = Number(BigInt.asUintN(32, BigInt(value)));
  const letters = FILE_TYPE_LETTERS[(mode >> 12) & 15];
  const known = mode >> 12 === 0 || letters !== undefined;
  if (!known || mode > 0o177777) return `0${mode.toString(8)}`;
  const permissions = [6, 3, 0].map((shift, who) => {
    const three = (mode >> shift) & 7;
    const special = (mode >> (11 - who)) & 1;
    const letter = who === 2 ? 't' : 's';
    const last = special ? (three & 1 ? letter : letter.toUpperCase()) : three & 1 ? 'x' : '-';
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${last}`;
  });
  return `${letters ?? ''}${permissions.join('')} (0${(mode & 0o7777).toString(8).padStart(3, '0')})`;
}
