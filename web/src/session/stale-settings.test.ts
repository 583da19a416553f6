import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staleSettings } from './stale-settings.ts';
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
