/** Nanoseconds with the unit that keeps three to four digits: `1.23 ms`. */
export function formatDuration(nanoseconds: number): string {
  const size = Math.abs(nanoseconds);
  if (size < 1e3) return `${nanoseconds} ns`;
  if (size < 1e6) return `${trim(nanoseconds / 1e3)} µs`;
  if (size < 1e9) return `${trim(nanoseconds / 1e6)} ms`;
  if (size < 59.95e9) return `${trim(nanoseconds / 1e9)} s`;
  const seconds = Math.round(nanoseconds / 1e9);
  return `${Math.trunc(seconds / 60)} min ${seconds % 60} s`;
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
  return String(Number(value.toPrecision(value >= 1000 ? 4 : 3)));
}
