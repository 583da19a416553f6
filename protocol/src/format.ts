/**
 * Values as people read them, the same in the browser and on the command line. What a value means is told by its
 * type's name and its member's name; the table of those hints is `HINTS`.
 */
import type { ProbeSchema } from './schema.ts';
import { isAddress6, nameOfType, resolveType } from './types.ts';
import type { Value } from './value.ts';

export type Meaning =
  | 'plain'
  | 'duration_ns'
  | 'duration_us'
  | 'duration_ms'
  | 'bytes'
  | 'ipv4'
  | 'ipv6'
  | 'port_be'
  | 'hex'
  | 'time_ns';

/** First match wins. `name` is tested against the last member name, `type` against the type's name as written. */
export const HINTS: readonly { meaning: Meaning; name?: RegExp; type?: RegExp; kind?: string }[] = [
  { meaning: 'ipv4', type: /^__be32$/ },
  { meaning: 'port_be', type: /^__be16$/, name: /port/ },
  { meaning: 'ipv6', name: /^(s|d|src_?|dst_?)?addr6$|_v6$/, kind: 'array' },
  { meaning: 'time_ns', name: /^(ts|timestamp|start_ts|ktime)(_ns)?$/ },
  { meaning: 'duration_ns', name: /(_ns|^(dur|duration|delta|latency|elapsed))$/ },
  { meaning: 'duration_us', name: /_us$/ },
  { meaning: 'duration_ms', name: /_ms$/ },
  { meaning: 'bytes', name: /(^|_)bytes$/ },
  { meaning: 'hex', kind: 'pointer' },
];

/** What a member of this name and type means. */
export function meaningOf(schema: ProbeSchema, type: number, name: string): Meaning {
  if (isAddress6(schema, type)) return 'ipv6';
  const typeName = nameOfType(schema, type);
  const { kind } = resolveType(schema, type);
  const last = name.slice(name.lastIndexOf('.') + 1);
  const hint = HINTS.find(
    (candidate) =>
      (candidate.name === undefined || candidate.name.test(last)) &&
      (candidate.type === undefined || candidate.type.test(typeName)) &&
      (candidate.kind === undefined || candidate.kind === kind),
  );
  return hint?.meaning ?? 'plain';
}

/** A value as text in one line; never holds control characters. */
export function formatValue(value: Value, meaning: Meaning): string {
  if (value === null) return '–';
  if (typeof value === 'string') return escapeControls(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (Array.isArray(value)) {
    if (meaning === 'ipv6') return formatIpv6(value) ?? formatList(value);
    return formatList(value);
  }
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([name, inner]) => `${name}: ${formatValue(inner, 'plain')}`);
    return `{ ${members.join(', ')} }`;
  }
  return formatNumber(value, meaning);
}

function formatList(values: Value[]): string {
  return `[${values.map((value) => formatValue(value, 'plain')).join(', ')}]`;
}

function formatNumber(value: number | bigint, meaning: Meaning): string {
  switch (meaning) {
    case 'duration_ns':
      return formatDuration(Number(value));
    case 'duration_us':
      return formatDuration(Number(value) * 1e3);
    case 'duration_ms':
      return formatDuration(Number(value) * 1e6);
    case 'bytes':
      return formatBytes(Number(value));
    case 'hex':
      return `0x${value.toString(16)}`;
    case 'ipv4': {
      const word = Number(value);
      return [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24].join('.');
    }
    case 'port_be': {
      const word = Number(value);
      return String(((word & 255) << 8) | (word >>> 8));
    }
    default:
      return String(value);
  }
}

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

/** Sixteen octets in the form of RFC 5952; undefined when the list is something else. */
function formatIpv6(octets: Value[]): string | undefined {
  if (octets.length !== 16 || !octets.every((octet) => typeof octet === 'number')) return undefined;
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
 * Text with every control character made visible: C0 as its Unicode picture (ESC is ␛), DEL, C1 and the characters that
 * reorder or hide text as `\u{…}`. Probe output is data and may not steer a terminal or a page.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\\u{${code.toString(16)}}`;
  });
}

/** Text of several lines, each of them like `escapeControls`. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}
