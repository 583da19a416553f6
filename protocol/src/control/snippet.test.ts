import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FILTER_MAX } from '../limits.ts';
import { SnippetSettingsSchema } from './snippet.ts';

/** As the first versions saved them. */
const BEFORE_TABLES = {
  params: { x: '1' },
  attach: {},
  flags: ['-O2'],
  seconds: 5,
  views: { events: 'table' },
};

test('settings that were saved before tables had any are read as they are', () => {
  assert.deepEqual(SnippetSettingsSchema.parse(BEFORE_TABLES), BEFORE_TABLES);
});

test('what was made of a table comes back', () => {
  const tables = {
    events: {
      filter: 'pid == 42',
      sort: { column: 'field dur', descending: true },
      group: { by: ['field comm'], measures: ['field dur'], statistics: ['avg' as const, 'p99' as const] },
      order: ['field comm'],
      shown: { 'field pid': false },
      pinned: ['field comm'],
      widths: { 'field comm': 20 },
    },
    started: {},
  };
  assert.deepEqual(SnippetSettingsSchema.parse({ ...BEFORE_TABLES, tables }).tables, tables);
});

test('a group that was saved when it could have one measure is still a group', () => {
  const tables = { events: { group: { by: ['field comm'], measure: 'field dur' } } };
  assert.deepEqual(SnippetSettingsSchema.parse({ ...BEFORE_TABLES, tables }).tables, tables);
});

test('settings that were saved before views had options are still settings', () => {
  const old = { params: { min_us: '10' }, attach: {}, flags: [], seconds: 0, views: { events: 'chart' } };
  assert.deepEqual(SnippetSettingsSchema.parse(old), old);
});

test('options of views and the panels of a dashboard are kept as they were saved', () => {
  const settings = {
    ...{ params: {}, attach: {}, flags: [], seconds: 0, views: {} },
    viewOptions: {
      'slow chart': { measure: 'latency_ns', statistic: 'p99', split: 'comm' },
      'flows topology': { measure: 'open_ns', near: 'port', hosts: 'multiples' },
      'counts flame': { grows: 'up' },
    },
    panels: [{ source: 'latency', view: 'heatmap', wide: true, options: { hosts: 'versus' } }],
  };
  assert.deepEqual(SnippetSettingsSchema.parse(settings), settings);
});

test('a filter that is too long to be read is none, and the rest of what was saved stays', () => {
  const tables = { events: { filter: ' '.repeat(FILTER_MAX + 1), shown: { 'field pid': false } } };
  assert.deepEqual(SnippetSettingsSchema.parse({ ...BEFORE_TABLES, tables }).tables, {
    events: { filter: '', shown: { 'field pid': false } },
  });
});
