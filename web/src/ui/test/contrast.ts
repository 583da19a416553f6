/** Contrast of the tokens as WCAG 2.2 reckons it (success criteria 1.4.3 and 1.4.11; "relative luminance" and "contrast ratio"). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The least contrast of text with what it stands on, and of what is no text. */
export const TEXT = 4.5;
export const GRAPHICS = 3;

export type Colour = [red: number, green: number, blue: number, opacity: number];
export type Tokens = ReadonlyMap<string, string>;

/** Each theme's tokens: its own, over those of both. */
export function themes(): Map<string, Tokens> {
  const css = readFileSync(join(import.meta.dirname, '../tokens.css'), 'utf8').replace(
    /\/\*[\s\S]*?\*\//g,
    '',
  );
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

export function colour(tokens: Tokens, name: string): Colour {
  const value = tokens.get(name) ?? '';
  assert.match(value, /^#([\da-f]{6}|[\da-f]{8})$/, `--${name}`);
  const channel = (at: number): number => Number.parseInt(value.slice(at, at + 2), 16) / 255;
  return [channel(1), channel(3), channel(5), value.length > 7 ? channel(7) : 1];
}

/** What is seen of a colour that lets through some of the one below it. */
export function over([red, green, blue, opacity]: Colour, below: Colour): Colour {
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

/** @param names what is told apart, in words */
export function assertApart(theme: string, least: number, names: string, a: Colour, b: Colour): void {
  const ratio = contrast(a, b);
  assert.ok(ratio >= least, `${theme}: ${names} is ${ratio.toFixed(2)}, and has to be ${least}`);
}
