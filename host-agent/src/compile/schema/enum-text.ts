/** Enums as C text defines them, for those that the object does not hold because nothing in it is of their type. */

/** An enum's name, empty without one, and its values in their order. */
export interface EnumText {
  name: string;
  values: [name: string, value: number][];
}

/** Comments become spaces: what stands in them is no code. What looks like one in quotes stays. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, (found) =>
    found.startsWith('"') ? found : ' ',
  );
}

/** The enums of a text without comments whose values can be told; one with expressions or `#if` in it is left out. */
export function enumsIn(text: string): EnumText[] {
  return [...text.matchAll(/\benum\b\s*([A-Za-z_]\w*)?\s*\{([^{}]*)\}/g)].flatMap(
    ([, name = '', body = '']) => {
      const values = valuesIn(body);
      return values ? [{ name, values }] : [];
    },
  );
}

/** The enum that has this value, in a text as large as vmlinux.h, where each value stands in a line of its own. */
export function enumWith(value: string, header: string): EnumText | undefined {
  const at = header.search(new RegExp(`\\s${value}\\s*[=,]`));
  return at < 0 ? undefined : enumAround(at, header);
}

/** The enum of this name in such a text. */
export function enumNamed(name: string, header: string): EnumText | undefined {
  const at = header.search(new RegExp(`^enum ${name}\\s*\\{`, 'm'));
  return at < 0 ? undefined : enumAround(at + `enum ${name}`.length, header);
}

function enumAround(at: number, header: string): EnumText | undefined {
  const start = header.lastIndexOf('enum', at);
  const end = header.indexOf('}', at);
  return start < 0 || end < 0 ? undefined : enumsIn(header.slice(start, end + 1))[0];
}

function valuesIn(body: string): EnumText['values'] | undefined {
  const values = new Map<string, number>();
  let next = 0;
  for (const part of body.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [, name, given] = /^([A-Za-z_]\w*)\s*(?:=\s*([^=]+))?$/.exec(part) ?? [];
    if (name === undefined) return undefined;
    const value = given === undefined ? next : numberOf(given.trim(), values);
    if (value === undefined || !Number.isSafeInteger(value)) return undefined;
    values.set(name, value);
    next = value + 1;
  }
  return [...values];
}

/** A number, a bit (`1 << 3`, `BIT(3)`), a value from before, or some of them joined by `|`. An octal number is not read as one. */
function numberOf(text: string, before: ReadonlyMap<string, number>): number | undefined {
  const inner = /^\(([^()]*)\)$/.exec(text)?.[1];
  if (inner !== undefined) return numberOf(inner.trim(), before);
  const terms = text.split('|').map((term) => term.trim());
  if (terms.length > 1) {
    const values = terms.map((term) => numberOf(term, before));
    if (values.some((value) => value === undefined || value < 0)) return undefined;
    return Number(values.reduce((sum: bigint, value) => sum | BigInt(value ?? 0), 0n));
  }
  const [, plain] = /^(-?(?:0[xX][0-9a-fA-F]+|0|[1-9]\d*))[uUlL]*$/.exec(text) ?? [];
  if (plain !== undefined) return plain.startsWith('-') ? -Number(plain.slice(1)) : Number(plain);
  const [, shift] =
    /^(?:1[uUlL]*\s*<<\s*|(?:BIT|BIT_ULL|_BITUL|_BITULL)\s*\(\s*)(\d+)\s*\)?$/.exec(text) ?? [];
  if (shift !== undefined) return 2 ** Number(shift);
  return before.get(text);
}
