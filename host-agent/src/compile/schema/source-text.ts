import type { Line } from '../object/line-info.ts';

/** What only the text of the lines that became instructions tells, because the types don't. */

/** The source lines of a program's instructions, each text once. */
export function textsOf(sections: Iterable<readonly Line[]>): Set<string> {
  const texts = new Set<string>();
  for (const lines of sections) for (const { text } of lines) texts.add(text);
  return texts;
}

/** Members of the kernel's sockets that hold a port in network byte order, by the name that programs give it. */
const KERNEL_PORTS: Record<string, RegExp> = {
  dport: /\b(skc_dport|inet_dport)\b/,
  sport: /\binet_sport\b/,
};
const TURNED = /\b(bpf_|__)?(ntohs|htons|be16_to_cpu)\s*\(/;

/**
 * Names of ports that the program reads from the kernel's sockets and hands on as they are. Their type is the same `__u16` that a port in
 * host order has; what tells is the text of the lines that became instructions: whether the bytes are turned around in one of them.
 * A port of the socket's own (`skc_num`) is in host order, and in network order once it is turned.
 */
export function portsInNetworkOrder(texts: ReadonlySet<string>): string[] {
  return Object.entries(KERNEL_PORTS).flatMap(([name, field]) => {
    const own = new RegExp(`\\b${name}\\b`);
    let readAsItIs = false;
    let turned = false;
    let ownTurned = false;
    let ownInHostOrder = false;
    for (const text of texts) {
      const turns = TURNED.test(text);
      readAsItIs ||= !turns && field.test(text);
      turned ||= turns && field.test(text);
      ownTurned ||= turns && own.test(text);
      ownInHostOrder ||= own.test(text) && /\bskc_num\b/.test(text);
    }
    return readAsItIs && !turned && (!ownTurned || ownInHostOrder) ? [name] : [];
  });
}

/** By a thousand, a million or a constant of the kernel that says so. */
const DIVIDED = /(\/=?)\s*\(?\s*(1000+|NSEC_PER_\w+|NSEC_IN_\w+)[uUlL]*\b/;
/** What is divided is named after its unit then. */
const UNIT_NAMED = /(_|\b)(us|usecs?|ms|msecs?|secs?)\b/;

/**
 * Whether the program turns nanoseconds into another unit without saying so in a name: durations with no unit in their name may be
 * microseconds then.
 */
export function dividesTimes(texts: ReadonlySet<string>): boolean {
  return [...texts].some((text) => DIVIDED.test(text) && !UNIT_NAMED.test(text));
}
