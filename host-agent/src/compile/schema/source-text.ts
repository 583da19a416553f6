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

/** BPF_ALU64 and BPF_ALU with BPF_DIV and a constant, and the load of 64 bits, which is two instructions. Source: linux/bpf.h. */
const DIVIDE = [0x37, 0x34];
const LOAD_64 = 0x18;
const INSTRUCTION_SIZE = 8;
const THOUSANDS = [1_000, 1_000_000, 1_000_000_000];
/** What it is assigned to is named after its unit then. */
const UNIT_NAMED = /(_|\b)(us|usecs?|ms|msecs?|secs?)\s*\+?=/;

/**
 * Powers of a thousand by which the program turns nanoseconds into another unit without saying so in a name: durations with no unit in
 * their name may be microseconds then. The instructions tell of the division, for the compiler moves it away from the line that it
 * stands in.
 */
export function timeDivisors(code: Uint8Array, lines: readonly Line[]): number[] {
  const found = new Set<number>();
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let at = 0; at + INSTRUCTION_SIZE <= code.length; at += INSTRUCTION_SIZE) {
    const operation = view.getUint8(at);
    const divisor = view.getUint32(at + 4, true);
    if (DIVIDE.includes(operation) && THOUSANDS.includes(divisor)) {
      const text = lines.findLast(({ offset }) => offset <= at)?.text ?? '';
      if (!UNIT_NAMED.test(text)) found.add(divisor);
    }
    if (operation === LOAD_64) at += INSTRUCTION_SIZE;
  }
  return [...found];
}

/** A member is set to a time, and what stands behind that. An arrow is no minus. */
const SET_TO_TIME = /(?:->|\.)(\w+)\s*=\s*(?:bpf_ktime_get_\w+\s*\(\s*\)|now\b|ts\b|end\b)(?!\s*->)(\s*-)?/;

/**
 * Names of members that are set to a time less another: `event->latency = bpf_ktime_get_ns() - start->time`. A name that a time itself
 * is kept under too, in whichever struct, is left out: which of them is shown can't be told.
 */
export function timeDifferences(texts: ReadonlySet<string>): string[] {
  const spans = new Set<string>();
  const times = new Set<string>();
  for (const text of texts) {
    const [, name, minus] = SET_TO_TIME.exec(text) ?? [];
    if (name !== undefined) (minus === undefined ? times : spans).add(name);
  }
  return [...spans].filter((name) => !times.has(name)).sort();
}

const IN_KIB = /log2l?\s*\([^;]*(len|size|bytes)\w*\s*(\/\s*1024|>>\s*10)\b/;

/** Whether sizes are counted by the KiB: bcc's way of a histogram of sizes. */
export function countsKib(texts: ReadonlySet<string>): boolean {
  return [...texts].some((text) => IN_KIB.test(text));
}
