import { formatValue } from '@probepad/protocol/values/format';
import type { Value } from '@probepad/protocol/values/value';

/** A value as it stands in memory, whatever it means: integers in decimal and, where that says more, in hex; text in quotes. */
export function rawText(value: Value): string {
  if (typeof value === 'string') return `"${formatValue(value)}"`;
  if (typeof value !== 'bigint' && !Number.isInteger(value)) return formatValue(value);
  const whole = BigInt(value as number | bigint);
  if (whole >= -9n && whole <= 9n) return String(whole);
  const bits = typeof value === 'bigint' || whole < -0x8000_0000n ? 64 : 32;
  // Sixteen octets are the one integer that is larger.
  const unsigned = whole < 0n ? BigInt.asUintN(bits, whole) : whole;
  return `${whole} (0x${unsigned.toString(16)})`;
}
