/** Network addresses from their octets, in the order in which they go over the wire. */

/** The octets of a number as memory holds it on the machines that probes run on, which are little-endian. */
export function octetsOf(value: number | bigint, size: number): number[] {
  const bits = BigInt.asUintN(size * 8, BigInt(value));
  return Array.from({ length: size }, (_, at) => Number((bits >> BigInt(at * 8)) & 255n));
}

export function formatIpv4(octets: readonly number[]): string {
  return octets.join('.');
}

/** In the form of RFC 5952, section 5 included: an IPv4 address that is mapped shows as one. */
export function formatIpv6(octets: readonly number[]): string {
  if (octets.slice(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255)
    return `::ffff:${formatIpv4(octets.slice(12))}`;
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) {
    groups.push((((octets[at] as number) << 8) | (octets[at + 1] as number)).toString(16));
  }
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (groups[at + length] === '0') length++;
    if (length > best.length) best = { at, length };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

/**
 * Sixteen octets of which probes that know both families use the first four for IPv4. An IPv6 address with nothing after its first
 * 32 bits is a network's, which no packet comes from.
 */
export function formatEither(octets: readonly number[]): string {
  const isIpv4 =
    octets.slice(4).every((octet) => octet === 0) && octets.slice(0, 4).some((octet) => octet !== 0);
  return isIpv4 ? formatIpv4(octets.slice(0, 4)) : formatIpv6(octets);
}

export function formatMac(octets: readonly number[]): string {
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
