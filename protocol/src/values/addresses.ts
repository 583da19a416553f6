/** Network addresses from their octets, in the order in which they go over the wire. */

/** The octets of a number as memory holds it on the machines that probes run on, which are little-endian. */
export function octetsOf(value: number | bigint, size: number): number[] {
  const bits = BigInt.asUintN(size * 8, BigInt(value));
  return Array.from({ length: size }, (_, at) => Number((bits >> BigInt(at * 8)) & 255n));
}

export function formatIpv4(octets: readonly number[]): string {
  return octets.join('.');
}

/** In the form of RFC 5952; an IPv4 address that is mapped into IPv6 shows as what it is, without its prefix. */
export function formatIpv6(octets: readonly number[]): string {
  const inner = ipv4Within(octets);
  if (inner) return formatIpv4(inner);
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
 * Whether sixteen octets hold an IPv4 address in the first four, as probes that know both families keep it. An IPv6 address with nothing
 * after its first 32 bits is a network's, which no packet comes from.
 */
export function looksLikeIpv4(octets: readonly number[]): boolean {
  return octets.slice(4).every((octet) => octet === 0) && octets.slice(0, 4).some((octet) => octet !== 0);
}

/** The IPv4 address that is mapped into sixteen octets, if one is. */
export function ipv4Within(octets: readonly number[]): readonly number[] | undefined {
  const isMapped =
    octets.slice(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255;
  return isMapped ? octets.slice(12) : undefined;
}

/** The sixteen octets of an IPv4 address that is mapped into IPv6. */
export function mapIpv4(octets: readonly number[]): number[] {
  return [...Array(10).fill(0), 255, 255, ...octets];
}

export function formatEither(octets: readonly number[]): string {
  return looksLikeIpv4(octets) ? formatIpv4(octets.slice(0, 4)) : formatIpv6(octets);
}

export function formatMac(octets: readonly number[]): string {
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
