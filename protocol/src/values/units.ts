/** Nanoseconds with the unit that keeps three to four digits: `1.23 ms`; from a minute on in two units. */
export function formatDuration(nanoseconds: number): string {
  const size = Math.abs(nanoseconds);
  if (size < 1e3) return `${nanoseconds} ns`;
  if (size < 1e6) return `${trim(nanoseconds / 1e3)} µs`;
  if (size < 1e9) return `${trim(nanoseconds / 1e6)} ms`;
  if (size < 59.95e9) return `${trim(nanoseconds / 1e9)} s`;
  const seconds = Math.round(nanoseconds / 1e9);
  if (size < 3600e9) return twoUnits(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  if (size < 86_400e9) return twoUnits(minutes, 60, 'h', 'min');
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h');
}

function twoUnits(amount: number, inLarger: number, larger: string, smaller: string): string {
  return `${Math.trunc(amount / inLarger)} ${larger} ${Math.abs(amount % inLarger)} ${smaller}`;
}

/** Bytes in binary units: `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let size = bytes;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : trim(size)} ${units[unit]}`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(Math.abs(value) >= 1000 ? 4 : 3)));
}
