import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, PatternError } from './pattern.ts';

/** Patterns, and texts that JavaScript is asked about as well. */
const PATTERNS = [
  'abc',
  '^abc$',
  'a.c',
  'ab*c',
  'ab+c',
  'ab?c',
  '(ab|cd)+e',
  'x{2}',
  'x{2,3}y',
  'x{2,}y',
  '[a-c]x',
  '[^a-c]x',
  '[]x]',
  '\\d+\\.\\d+',
  '\\w+@\\w+',
  'a\\/b',
  '^$',
  '(^a|b$)',
  '(?:foo|bar)baz',
  '\\S\\s\\S',
  '[\\d-]+$',
  'a*?b',
  '.*',
];
const TEXTS = [
  '',
  'abc',
  'xabcx',
  'ac',
  'abbbc',
  'ababe',
  'xxy',
  'xxxy',
  'xy',
  'bx',
  'dx',
  '3.14',
  'a@b',
  'a/b',
  'foobaz',
  'b',
  'a b',
  '1-2',
  'ABC',
  ']',
  'xx',
];

test('a pattern fits what it fits in JavaScript', () => {
  for (const source of PATTERNS) {
    if (source === '[]x]') continue;
    for (const flags of ['', 'i']) {
      const ours = compilePattern(source, flags === 'i');
      const theirs = new RegExp(source, flags);
      for (const text of TEXTS)
        assert.equal(ours(text), theirs.test(text), `/${source}/${flags} on “${text}”`);
    }
  }
});

test('what takes other engines years takes as long as the text is', () => {
  const text = `${'a'.repeat(5000)}!`;
  assert.equal(compilePattern('^(a+)+$', false)(text), false);
  assert.equal(compilePattern('(a|a)*b', false)(text), false);
  assert.equal(compilePattern('(a?){50}a{50}$', false)('a'.repeat(50)), true);
});

test('what is no pattern is told with its place', () => {
  const places: Record<string, number> = {
    'a(b': 1,
    'ab)': 2,
    '*a': 0,
    'a[b': 1,
    '(?=a)': 1,
    'a\\': 1,
    'a{2,1}': 1,
    '(a)\\1': 3,
    'a**': 2,
  };
  for (const [source, at] of Object.entries(places)) {
    assert.throws(
      () => compilePattern(source, false),
      (thrown) => thrown instanceof PatternError && thrown.at === at,
      source,
    );
  }
  assert.throws(() => compilePattern('(((a{100}){100}){100})', false), PatternError);
});
