import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** Contrast of the tokens as WCAG 2.2 reckons it (success criteria 1.4.3 and 1.4.11; "relative luminance" and "contrast ratio"). */

const WEB = join(import.meta.dirname, '../..');
const TEXT = 4.5;
const GRAPHICS = 3;

type Colour = [red: number, green: number, blue: number, opacity: number];
type Tokens = ReadonlyMap<string, string>;

/** Each theme's tokens: its own, over those of both. */
function themes(): Map<string, Tokens> {
  const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const blocks = [...css.matchAll(/(:root[^{}]*)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
    selector,
    tokens: [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
  }));
  const both = blocks
    .filter(({ selector }) => !selector.includes('data-theme'))
    .flatMap(({ tokens }) => tokens);
  return new Map(
    ['dark', 'light'].map((theme) => [
      theme,
      new Map([
        ...both,
        ...blocks.filter(({ selector }) => selector.includes(theme)).flatMap(({ tokens }) => tokens),
      ]),
    ]),
  );
}

function colour(tokens: Tokens, name: string): Colour {
  const value = tokens.get(name) ?? '';
  assert.match(value, /^#([\da-f]{6}|[\da-f]{8})$/, `--${name}`);
  const channel = (at: number): number => Number.parseInt(value.slice(at, at + 2), 16) / 255;
  return [channel(1), channel(3), channel(5), value.length > 7 ? channel(7) : 1];
}

function over([red, green, blue, opacity]: Colour, below: Colour): Colour {
  const mixed = (top: number, at: 0 | 1 | 2): number => top * opacity + below[at] * (1 - opacity);
  return [mixed(red, 0), mixed(green, 1), mixed(blue, 2), 1];
}

function luminance([red, green, blue]: Colour): number {
  const linear = (value: number): number =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** What any text stands on: the page's areas, what the pointer is over, what is selected. */
const AREAS = ['ground', 'panel', 'raised', 'hover', 'select'];
/** Laid over an area; text in the colour of the wash stands on them, and plain text. */
const WASHES = { 'focus-wash': 'focus', 'error-wash': 'error', 'warn-wash': 'warn', 'run-wash': 'run-text' };
const INKS = ['ink', 'ink-2', 'ink-3', 'error', 'warn', 'run-text', 'focus'];
/** Text that stands on nothing but these. */
const PAIRS: [ink: string, on: string][] = [
  ['run-ink', 'run'],
  ['ground', 'focus'],
  ['ink', 'press'],
];
/** The editor's own words, which may be selected. */
const CODE = /^code-/;
const LINES = /^(series-\d|focus|control|run)$/;
const FRAMES = /^flame-(?!ink$)/;

function assertApart(theme: string, least: number, names: string, a: Colour, b: Colour): void {
  const ratio = contrast(a, b);
  assert.ok(ratio >= least, `${theme}: ${names} is ${ratio.toFixed(2)}, and has to be ${least}`);
}

for (const [theme, tokens] of themes()) {
  const of = (name: string): Colour => colour(tokens, name);
  const matching = (names: RegExp): string[] => [...tokens.keys()].filter((name) => names.test(name));

  test(`text can be read on all that it stands on, in the ${theme} theme`, () => {
    for (const area of AREAS) {
      for (const ink of INKS) assertApart(theme, TEXT, `${ink} on ${area}`, of(ink), of(area));
    }
    for (const [wash, own] of Object.entries(WASHES)) {
      for (const area of ['ground', 'panel']) {
        for (const ink of [own, 'ink', 'ink-2', 'ink-3']) {
          assertApart(theme, TEXT, `${ink} on ${wash} over ${area}`, of(ink), over(of(wash), of(area)));
        }
      }
    }
    for (const [ink, on] of PAIRS) assertApart(theme, TEXT, `${ink} on ${on}`, of(ink), of(on));
    for (const word of matching(CODE)) {
      for (const area of ['ground', 'panel', 'select']) {
        assertApart(theme, TEXT, `${word} on ${area}`, of(word), of(area));
      }
    }
    // Frames touch each other, and the table beside them tells the same: what has to be read is the name in each.
    for (const frame of matching(FRAMES)) {
      assertApart(theme, TEXT, `flame-ink on ${frame}`, of('flame-ink'), of(frame));
    }
  });

  test(`lines of charts and borders of fields can be seen, in the ${theme} theme`, () => {
    for (const line of matching(LINES)) {
      for (const area of ['ground', 'panel', 'raised']) {
        assertApart(theme, GRAPHICS, `${line} on ${area}`, of(line), of(area));
      }
    }
  });
}

test('every colour that a style sheet gives to text is one of those', () => {
  const measured = new Set([...INKS, ...PAIRS.map(([ink]) => ink), 'flame-ink']);
  const sheets = globSync(['src/**/*.css', 'app/**/*.css'], { cwd: WEB });
  assert.ok(sheets.length > 20);
  for (const sheet of sheets) {
    const css = readFileSync(join(WEB, sheet), 'utf8');
    for (const [, name = ''] of css.matchAll(/(?<![\w-])color:\s*var\(--([\w-]+)\)/g)) {
      assert.ok(measured.has(name), `${sheet}: text in --${name}`);
    }
  }
});
