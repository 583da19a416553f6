import { addressOf } from './address.ts';
import { FilterError, type Quantity, type Sign, type Token } from './syntax.ts';

/** Longer ones first, or `<` would be found in `<=`. */
const SIGNS: readonly Sign[] = [
  '&&', '||', '==', '!=', '<=', '>=', '!~', '<', '>', '~', '!', '(', ')', ',', '+', '-', '*', '/', '%', '&',
]; // biome-ignore format: one line is one list
const SPACE = /\s+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\])*/y;
const ADDRESS4 = /\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,3})?(?![\w.])/y;
const ADDRESS6 = /(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?:\/\d{1,3})?(?![\w:])/y;
const CLOCK = /\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?![\w:])/y;
const NUMBER = /(0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)([A-Za-zµμ]*)/y;
const PATTERN = /\/((?:[^/\\]|\\.)+)\/(i?)/y;

const NS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  min: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const BYTES: Record<string, bigint> = {
  B: 1n,
  KiB: 1n << 10n,
  MiB: 1n << 20n,
  GiB: 1n << 30n,
  TiB: 1n << 40n,
  kB: 1_000n,
  KB: 1_000n,
  MB: 1_000_000n,
  GB: 1_000_000_000n,
};
const COUNTS: Record<string, bigint> = { k: 1_000n, K: 1_000n, M: 1_000_000n, G: 1_000_000_000n };

/** A filter's words. `and`, `or`, `not` are `&&`, `||`, `!`; `=` is `==`. @throws FilterError */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;

  function take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    return pattern.exec(text) ?? undefined;
  }

  function next(): Token | undefined {
    const start = at;
    const first = text[at] ?? '';
    const sign = (found: Sign, length: number): Token => ({
      kind: 'sign',
      sign: found,
      start,
      end: start + length,
    });
    if (first === '"' || first === "'" || first === '`') return quoted(text, start);
    const before = tokens.at(-1);
    if (first === '/' && before?.kind === 'sign' && (before.sign === '~' || before.sign === '!~')) {
      const found = take(PATTERN);
      if (!found)
        throw new FilterError('the pattern has no end', 'End it with a /.', { start, end: text.length });
      return {
        kind: 'pattern',
        source: found[1] ?? '',
        ignoreCase: found[2] === 'i',
        start,
        end: start + found[0].length,
      };
    }
    const literal = take(ADDRESS4) ?? sixth(take(ADDRESS6));
    if (literal) {
      const span = { start, end: start + literal[0].length };
      const address = addressOf(literal[0]);
      if (!address)
        throw new FilterError(`${literal[0]} is no address`, 'Write 10.0.0.0/8 or fe80::/10.', span);
      return { kind: 'address', ...address, text: literal[0], ...span };
    }
    const clock = take(CLOCK);
    if (clock)
      return {
        kind: 'clock',
        text: clock[0].padStart(clock[0].indexOf(':') === 1 ? clock[0].length + 1 : 0, '0'),
        start,
        end: start + clock[0].length,
      };
    const number = take(NUMBER);
    if (number) {
      const span = { start, end: start + number[0].length };
      const quantity = quantityOf(number[1] ?? '', number[2] ?? '');
      if (!quantity) {
        throw new FilterError(
          `${number[2]} is no unit`,
          `Units are ${[...Object.keys(NS).slice(0, 2), 'ms, s, min, h', 'KiB, MiB, GiB, k, M'].join(', ')}.`,
          { start: start + (number[1]?.length ?? 0), end: span.end },
        );
      }
      return { kind: 'number', quantity, text: number[0], ...span };
    }
    const name = take(NAME)?.[0];
    if (name !== undefined) {
      const word: Sign | undefined = { and: '&&', or: '||', not: '!', in: 'in' }[name.toLowerCase()] as
        | Sign
        | undefined;
      return word ? sign(word, name.length) : { kind: 'name', text: name, start, end: start + name.length };
    }
    const known = SIGNS.find((each) => text.startsWith(each, at));
    if (known) return sign(known, known.length);
    return first === '=' ? sign('==', 1) : undefined;
  }

  for (;;) {
    at += take(SPACE)?.[0].length ?? 0;
    if (at >= text.length) return tokens;
    const token = next();
    if (!token) {
      throw new FilterError(
        `“${text[at]}” means nothing here`,
        'To look for it as text, put the whole text in quotes.',
        { start: at, end: at + 1 },
      );
    }
    tokens.push(token);
    at = token.end;
  }
}

/** `14:05:30` has colons, too. */
function sixth(found: RegExpExecArray | undefined): RegExpExecArray | undefined {
  return found && (found[0].includes('::') || found[0].split(':').length === 8) ? found : undefined;
}

function quoted(text: string, start: number): Token {
  const quote = text[start] ?? '';
  let content = '';
  for (let at = start + 1; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (letter === quote) {
      const span = { start, end: at + 1 };
      // What stands in `…` is a column whose name is no word.
      return quote === '`'
        ? { kind: 'name', text: content, ...span }
        : { kind: 'text', text: content, ...span };
    }
    if (letter === '\\' && quote !== '`' && at + 1 < text.length) at++;
    content += text[at] ?? '';
  }
  throw new FilterError('the quotes are not closed', `End the text with ${quote}.`, {
    start,
    end: text.length,
  });
}

function quantityOf(digits: string, unit: string): Quantity | undefined {
  const { numerator, denominator } = rationalOf(digits);
  if (unit === '') return { numerator, denominator };
  const time = Object.hasOwn(NS, unit) ? NS[unit] : undefined;
  if (time !== undefined) return { numerator: numerator * time, denominator, dimension: 'time' };
  const bytes = Object.hasOwn(BYTES, unit) ? BYTES[unit] : undefined;
  if (bytes !== undefined) return { numerator: numerator * bytes, denominator, dimension: 'bytes' };
  const count = Object.hasOwn(COUNTS, unit) ? COUNTS[unit] : undefined;
  return count === undefined ? undefined : { numerator: numerator * count, denominator };
}

/** Digits beyond what any 64-bit number has say nothing. */
const EXPONENT_MAX = 40;

function rationalOf(digits: string): { numerator: bigint; denominator: bigint } {
  if (/^0x/i.test(digits)) return { numerator: BigInt(digits), denominator: 1n };
  const [mantissa = '', exponent = '0'] = digits.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const power = Math.max(-EXPONENT_MAX, Math.min(EXPONENT_MAX, Number(exponent))) - fraction.length;
  const numerator = BigInt(whole + fraction);
  return power >= 0
    ? { numerator: numerator * 10n ** BigInt(power), denominator: 1n }
    : { numerator, denominator: 10n ** BigInt(-power) };
}
