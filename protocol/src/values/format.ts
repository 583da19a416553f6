/** Values as people read them, the same in the browser and on the command line. */
import { formatEither, formatIpv4, formatIpv6, formatMac, ipv4Within, octetsOf } from './addresses.ts';
import { escapeControls } from './escape.ts';
import type { FormatContext } from './format-context.ts';
import { formatNumber } from './format-number.ts';
import { PLAIN, type Presentation } from './presentation.ts';
import type { Value } from './value.ts';

const NOTHING: FormatContext = {};
/** A value as text in one line; never holds control characters. */
export function formatValue(
  value: Value,
  shown: Presentation = PLAIN,
  context: FormatContext = NOTHING,
): string {
  if (value === null) return '–';
  if (typeof value === 'string')
    return shown.meaning === 'words' ? formatWords(value) : escapeControls(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (Array.isArray(value)) return formatList(value, shown, context);
  if (typeof value === 'object') {
    const members = Object.entries(value).map(
      ([name, inner]) => `${name}: ${formatValue(inner, shown.members?.[name], context)}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  const text = formatNumber(value, shown, context);
  return shown.unit === undefined ? text : `${text} ${escapeControls(shown.unit)}`;
}

/** A value as C would print it, whatever it means: numbers in decimal, addresses of pointers too. */
export function formatRaw(value: Value): string {
  return formatValue(value);
}

function formatList(values: Value[], shown: Presentation, context: FormatContext): string {
  if (shown.meaning === 'prefix') return formatPrefix(values);
  const address = formatOctets(values, shown);
  if (address !== undefined) return address;
  if (shown.meaning === 'code') return formatStack(values, shown.element ?? shown, context);
  const texts = values.map((value) => formatValue(value, shown.element, context));
  const { elementNames: names } = shown;
  return `[${(names ? texts.map((text, at) => `${names[at] ?? at}: ${text}`) : texts).join(', ')}]`;
}

/** What stands before an IPv4 address that is mapped into IPv6. */
const MAPPED_BITS = 96;

/** `10.0.0.0/8`; of what has not the size of an address the bytes in hex. */
function formatPrefix(values: Value[]): string {
  const numbers = values.map(Number);
  const octets = numbers.slice(0, -1);
  const length = numbers.at(-1) ?? 0;
  const inner = octets.length === 16 && length >= MAPPED_BITS ? ipv4Within(octets) : undefined;
  if (inner) return `${formatIpv4(inner)}/${length - MAPPED_BITS}`;
  const network =
    octets.length === 4
      ? formatIpv4(octets)
      : octets.length === 16
        ? formatIpv6(octets)
        : `0x${octets.map((octet) => octet.toString(16).padStart(2, '0')).join('')}`;
  return `${network}/${length}`;
}

/** An address that is kept as a list of bytes or of words. */
function formatOctets(values: Value[], { meaning }: Presentation): string | undefined {
  if (meaning !== 'ipv4' && meaning !== 'ipv6' && meaning !== 'ip' && meaning !== 'mac') return undefined;
  const total = meaning === 'ipv4' ? 4 : meaning === 'mac' ? 6 : 16;
  const octets = values.flatMap((value) =>
    typeof value === 'number' || typeof value === 'bigint' ? octetsOf(value, total / values.length) : [],
  );
  if (octets.length !== total) return undefined;
  if (meaning === 'ipv4') return formatIpv4(octets);
  if (meaning === 'mac') return formatMac(octets);
  return meaning === 'ipv6' ? formatIpv6(octets) : formatEither(octets);
}

/** Frames from the innermost out; what comes after the last one is zero. */
function formatStack(values: Value[], shown: Presentation, context: FormatContext): string {
  const last = values.findLastIndex((value) => Number(value) !== 0);
  return values
    .slice(0, last + 1)
    .map((value) => formatValue(value, shown, context))
    .join(' ← ');
}

/** Words with a NUL behind each; those that a shell would take apart stand in quotes. Text without any NUL is one text. */
function formatWords(text: string): string {
  if (!text.includes('\0')) return escapeControls(text);
  return text
    .replace(/\0+$/, '')
    .split('\0')
    .map((word) => (word === '' || /[\s'"]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word))
    .map(escapeControls)
    .join(' ');
}
