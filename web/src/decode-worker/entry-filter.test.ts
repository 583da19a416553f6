import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '@probepad/protocol/values/value';
import type { ViewColumn } from '../session/decoder.ts';
import { entryFilter } from './entry-filter.ts';
import type { ColumnFacts } from './query/columns.ts';

const column = (name: string, role: ViewColumn['role']): ViewColumn => ({
  name,
  type: '',
  align: 'text',
  width: 8,
  role,
});
const COLUMNS = [
  column('key', 'key'),
  column('state', 'field'),
  column('dport', 'field'),
  column('value', 'field'),
  column('value', 'rate'),
];
const FACTS: Record<string, ColumnFacts> = {
  key: { name: 'key', kind: 'text' },
  state: { name: 'state', kind: 'number', names: new Map([['OPEN', 1n]]) },
  dport: { name: 'dport', kind: 'number', networkOrder: 2 },
  value: { name: 'value', kind: 'number' },
};
type Entry = Record<string, Value>;

function fits(text: string, entry: Entry): boolean {
  return entryFilter<Entry>(text, {
    columns: COLUMNS,
    facts: ({ name }) => FACTS[name] ?? { name, kind: 'other' },
    value: (each, { name, role }) => (role === 'rate' ? null : (each[name] ?? null)),
    text: (each, { name, role }) => (role === 'rate' ? '–' : String(each[name])),
  }).fits(entry);
}

const ENTRY: Entry = { key: 'nginx', state: 'OPEN', dport: 0xbb01, value: 2n ** 60n };

test('entries of a map are asked about as rows of events are', () => {
  assert.equal(fits('key == nginx && state == OPEN', ENTRY), true);
  assert.equal(fits('dport == 443', ENTRY), true);
  assert.equal(fits(`value == ${2n ** 60n}`, ENTRY), true);
  assert.equal(fits(`value > ${2n ** 60n}`, ENTRY), false);
  assert.equal(fits('ngin', ENTRY), true);
  assert.equal(fits('apache', ENTRY), false);
});

test('of two columns of one name the first is meant', () => {
  assert.equal(fits('value > 0', ENTRY), true);
});

test('a filter that can not be read leaves all entries', () => {
  assert.equal(fits('valeu > 0', ENTRY), true);
});
