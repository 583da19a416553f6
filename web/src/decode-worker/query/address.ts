/** An IPv4 or IPv6 address, with a prefix length or without: 4 or 16 octets. Undefined for what is none. */
export function addressOf(text: string): { octets: number[]; bits: number } | undefined {
  const [address = '', prefix] = text.split('/');
  const octets = address.includes(':') ? octets6(address) : octets4(address);
  if (!octets) return undefined;
  const bits = prefix === undefined ? octets.length * 8 : Number(prefix);
  return bits <= octets.length * 8 ? { octets, bits } : undefined;
}

function octets4(text: string): number[] | undefined {
  const parts = text.split('.').map(Number);
  return parts.length === 4 && parts.every((part) => part <= 255) ? parts : undefined;
}

function octets6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (groups.some((group) => group === '')) return undefined;
  return groups.flatMap((group) => {
    const word = Number.parseInt(group, 16);
    return [word >> 8, word & 255];
  });
}

/** Whether the first `bits` bits of two addresses of one length are the same. */
export function inPrefix(octets: ArrayLike<number>, prefix: readonly number[], bits: number): boolean {
  if (octets.length !== prefix.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (octets[at] !== prefix[at]) return false;
  const mask = (0xff00 >> (bits & 7)) & 0xff;
  return ((octets[whole] ?? 0) & mask) === ((prefix[whole] ?? 0) & mask);
}
