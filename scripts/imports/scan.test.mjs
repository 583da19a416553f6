import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanImports } from './scan.mjs';

const specifiers = (/** @type {string} */ source) => scanImports(source).map(({ specifier }) => specifier);

test('finds every form of import and re-export, with its line', () => {
  const source = `import a from 'a';
import * as b from "b";
import { c, type C } from './c.ts';
import type { D } from 'd';
import 'e/side-effect.css';
import f, {
  g,
} from 'f';
export * from 'h';
export * as i from 'i';
export { j } from 'j';
export type { K } from 'k';
const l = await import('l');
const m = require('m');
import n from 'n' with { type: 'json' };`;
  assert.deepEqual(specifiers(source), ['a', 'b', './c.ts', 'd', 'e/side-effect.css', ...'fhijklmn']);
  assert.equal(scanImports(source).find(({ specifier }) => specifier === 'f')?.line, 8);
});

test('passes over comments, strings, templates and regular expressions', () => {
  const source = `// import a from 'a';
/* import b from 'b'; */
const c = "import d from 'd'";
const e = \`import f from 'f'; \${ await import('found') } import g from 'g'\`;
const h = /import i from 'i'/;
const j = 4 / 2; const k = 'x' /* / */;
const l = /["'\`]/.test(x) ? 1 : 2;
`;
  assert.deepEqual(specifiers(source), ['found']);
});

test('is not misled by what only looks like an import', () => {
  const source = `const here = import.meta.dirname;
const from = 'x';
export { from };
const table = { import: 'a', export: 'b' };
export const y = 'z';
export default 'w';
module.require('own');
object.import('own');
export { here };
const s = 'from'; const t = from 'broken';
`;
  assert.deepEqual(specifiers(source), []);
});

test('an apostrophe in JSX text hides nothing on later lines', () => {
  const source = `const a = <p>Don't</p>;
const b = <a href="/x">it's / that's</a>;
const c = import('./lazy.tsx');
`;
  assert.deepEqual(specifiers(source), ['./lazy.tsx']);
});
