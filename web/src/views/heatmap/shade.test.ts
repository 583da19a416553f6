import { test } from 'node:test';
import { assertApart, colour, GRAPHICS, over, themes } from '../../ui/test/contrast.ts';
import { shadeOfLead } from './shade.ts';

/** Areas of colour that touch: less than a line needs. What is in a weak cell stands in the table and beside the pointer as well. */
const WEAK = 1.75;

for (const [theme, tokens] of themes()) {
  test(`cells of one host against another can be seen, and their lines, in the ${theme} theme`, () => {
    const names = { left: 'series-1', right: 'series-2', alike: 'control' };
    const panel = colour(tokens, 'panel');
    const cell = (ahead: 'left' | 'right' | 'alike', strength: number) => {
      const { fill, opacity } = shadeOfLead(ahead, strength, names);
      const [red, green, blue] = colour(tokens, fill);
      return over([red, green, blue, opacity], panel);
    };
    assertApart(theme, GRAPHICS, 'alike on panel', cell('alike', 0), panel);
    for (const ahead of ['left', 'right'] as const) {
      assertApart(theme, WEAK, `the weakest of ${ahead} on panel`, cell(ahead, 0), panel);
      assertApart(theme, GRAPHICS, `the strongest of ${ahead} on panel`, cell(ahead, 1), panel);
    }
    for (const strength of [0, 0.5, 1]) {
      const lines = `lines over ${strength} of right`;
      assertApart(theme, GRAPHICS, lines, colour(tokens, 'hatch'), cell('right', strength));
    }
  });
}
