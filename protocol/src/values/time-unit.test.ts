import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Param, ProbeSchema } from '../schema.ts';
import { sampleSchema } from '../testing.ts';
import { memberTimeUnit, statedTimeUnit } from './time-unit.ts';

function setting(name: string, initial: string): Param {
  return { name, section: '.rodata', offset: 0, size: 1, type: 0, initial };
}

function unitOf(fields: Partial<ProbeSchema>): string | undefined {
  return statedTimeUnit(sampleSchema(fields));
}

test('a program with a setting for milliseconds counts microseconds until that is set', () => {
  const params = [setting('targ_ms', 'false')];
  assert.equal(unitOf({ params }), 'us');
  assert.equal(unitOf({ params, settings: { targ_ms: 'true' } }), 'ms');
  assert.equal(unitOf({ params: [setting('targ_ns', 'false')] }), 'us');
  assert.equal(unitOf({ params: [setting('targ_ns', 'true')] }), 'ns');
  // A least duration is no choice of a unit.
  assert.equal(unitOf({ params: [setting('min_ms', '5')] }), undefined);
});

test('units that are numbered count up from nanoseconds, where the program divides for each', () => {
  const params = [setting('units', '0')];
  const timeDivisors = [1_000, 1_000_000];
  assert.equal(unitOf({ params, timeDivisors }), 'ns');
  assert.equal(unitOf({ params, timeDivisors, settings: { units: '2' } }), 'ms');
  assert.equal(unitOf({ params }), undefined);
});

test('what a program divides by tells the unit, unless there are several', () => {
  assert.equal(unitOf({ timeDivisors: [1_000] }), 'us');
  assert.equal(unitOf({ timeDivisors: [1_000_000] }), 'ms');
  assert.equal(unitOf({ timeDivisors: [1_000, 1_000_000] }), undefined);
  assert.equal(memberTimeUnit(sampleSchema()), 'ns');
  assert.equal(memberTimeUnit(sampleSchema({ dividesTimes: true })), undefined);
});
