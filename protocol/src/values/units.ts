/** Units of less than a minute, the smallest first, with the nanoseconds that one of each is. */
const BELOW_MINUTE = [
  ['ns', 1],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
] as const;
const SECONDS_MAX = 60;

/** Nanoseconds with the unit that keeps three to four digits: `1.23 ms`; from a minute on in two units. */
export function formatDuration(nanoseconds: number): string {
  for (const [at, [unit, size]] of BELOW_MINUTE.entries()) {
    const amount = at === 0 ? nanoseconds : threeDigits(nanoseconds / size);
    // What would be rounded to a whole one of the next unit is one.
    if (Math.abs(amount) < (unit === 's' ? SECONDS_MAX : 1000)) return `${amount} ${unit}`;
  }
  const seconds = Math.round(nanoseconds / 1e9);
  if (Math.abs(seconds) < 3600) return twoUnits(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  if (Math.abs(minutes) < 24 * 60) return twoUnits(minutes, 60, 'h', 'min');
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h');
}

function twoUnits(amount: number, inLarger: number, larger: string, smaller: string): string {
  return `${Math.trunc(amount / inLarger)} ${larger} ${Math.abs(amount % inLarger)} ${smaller}`;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Bytes in binary units: `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (Math.abs(unit === 0 ? size : threeDigits(size)) >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number.isInteger(size) && unit === 0 ? size : threeDigits(size)} ${BYTE_UNITS[unit]}`;
}

/** Whole numbers keep all of theirs: there are four below 1024. */
function threeDigits(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
