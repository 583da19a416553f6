import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { putCheck, useCheck } from './check.ts';
import { staleOnScreen, staleSettings } from './stale-settings.ts';
import { fakeSchema } from './test/fake-stream.ts';

test('settings of what the program has no more are told apart from those that count', () => {
  const schema = fakeSchema();
  const [param] = schema.params;
  const [program] = schema.programs;
  assert.ok(param && program);
  const settings = {
    params: { [param.name]: '1', renamed: '2' },
    attach: { [program.name]: 'off', deleted: 'lo' },
  };
  assert.deepEqual(staleSettings(settings, schema), [
    { table: 'params', name: 'renamed', value: '2' },
    { table: 'attach', name: 'deleted', value: 'lo' },
  ]);
});

test('stale settings stay until the next answer comes, and are those of the probe on screen alone', () => {
  const settings = { params: { renamed: '2' }, attach: {}, flags: [], seconds: 0, views: {} };
  const answer = { ok: true, diagnostics: [], cached: false, milliseconds: 1, schema: fakeSchema() };
  const shown = (opening: number) =>
    staleOnScreen(useCheck.getState(), { settings, opening }).map(({ name }) => name);
  putCheck(answer, 1);
  assert.deepEqual(shown(1), ['renamed']);
  useCheck.setState({ checking: true });
  assert.deepEqual(shown(1), ['renamed'], 'while the next is waited for');
  assert.deepEqual(shown(2), [], 'of another probe nothing is known yet');
  putCheck({ ...answer, ok: false, schema: undefined, diagnostics: [ERROR] }, 2);
  assert.deepEqual(shown(2), []);
  putCheck(answer, 2);
  assert.deepEqual(shown(2), ['renamed']);
});

const ERROR: Diagnostic = { origin: 'clang', severity: 'error', message: 'x', notes: [] };
