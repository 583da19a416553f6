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
  const values: EnumText['values'] = [];
  let next = 0;
  for (const part of body.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [, name, given] =
      /^([A-Za-z_]\w*)\s*(?:=\s*(-?(?:0[xX][0-9a-fA-F]+|\d+))[uUlL]*)?$/.exec(part) ?? [];
    if (name === undefined) return undefined;
    if (given !== undefined) next = Number(given);
    // An octal number is not read as one.
    if (/^-?0\d/.test(given ?? '') || !Number.isSafeInteger(next)) return undefined;
    values.push([name, next++]);
  }
  return values;
}
