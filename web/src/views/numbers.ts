/** Whole numbers with thin spaces between groups of three digits. */
export function groupDigits(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** A rate or count in few characters: `950`, `12.4k`, `3.1M`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)}G`;
  if (size >= 1e6) return `${digits(value / 1e6)}M`;
  if (size >= 1e4) return `${digits(value / 1e3)}k`;
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return digits(value);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A share, 1 being all of it, in percent: `0.03 %`, `12.5 %`; what is too little to tell is `<0.01 %`. */
export function percentText(share: number): string {
  if (share === 0) return '0 %';
  return share < 1e-4 ? '<0.01 %' : `${digits(share * 100)} %`;
}

/** The range that log2 slot n counts, as bpftrace writes it: `[1K, 2K)` is 1024 up to but not including 2048. */
export function slotRange(slot: number): string {
  return slot === 0 ? '[0, 2)' : `[${binary(2 ** slot)}, ${binary(2 ** (slot + 1))})`;
}

/** Powers of two as people say them. */
function binary(value: number): string {
  for (const [unit, size] of [
    ['T', 2 ** 40],
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ] as const) {
    if (value >= size) return `${value / size}${unit}`;
  }
  return String(value);
}

/** A share of a whole with one digit after the point, so that a column of them lines up. */
export function shareText(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 0.1 ? '<0.1 %' : `${percent.toFixed(1)} %`;
}
