/** Values as people read them, the same in the browser and on the command line. */
import { escapeControls } from './escape.ts';
import type { Meaning } from './meaning.ts';
import { formatBytes, formatDuration } from './units.ts';
import type { Value } from './value.ts';

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
