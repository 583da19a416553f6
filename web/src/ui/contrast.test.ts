import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertApart, type Colour, colour, GRAPHICS, over, TEXT, themes } from './test/contrast.ts';

const WEB = join(import.meta.dirname, '../..');

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
