import type { Value } from '@probepad/protocol/values/value';

const BAR = 40;
const SLOTS_MIN = 8;

function slotsOf(value: Value): number[] | undefined {
  const list = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null && Array.isArray(value.slots)
      ? value.slots
      : undefined;
  if (list === undefined || list.length < SLOTS_MIN) return undefined;
  const numbers = list.map((slot) =>
    typeof slot === 'number' || typeof slot === 'bigint' ? Number(slot) : -1,
  );
  return numbers.every((slot) => slot >= 0) ? numbers : undefined;
}

/** The log2 histogram of a `slots` member, as lines with bars; undefined for values of another shape. */
export function histogram(value: Value): string[] | undefined {
  const isNamed = typeof value === 'object' && value !== null && !Array.isArray(value);
  const slots = isNamed ? slotsOf(value) : undefined;
  if (slots === undefined) return undefined;
  const last = slots.findLastIndex((count) => count > 0);
  const first = slots.findIndex((count) => count > 0);
  if (last < 0) return ['  (empty)'];
  const most = Math.max(...slots);
  return slots.slice(first, last + 1).map((count, index) => {
    const slot = first + index;
    const from = slot === 0 ? 0 : 2 ** slot;
    const range = `${from} → ${2 ** (slot + 1) - 1}`;
    return `  ${range.padStart(24)}  ${String(count).padStart(9)}  |${'█'.repeat(Math.ceil((count / most) * BAR))}`;
  });
}
