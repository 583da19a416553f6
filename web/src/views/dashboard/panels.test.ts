import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Panel, PanelSchema } from '@probepad/protocol/control/snippet';
import { sampleSource } from '@probepad/protocol/testing';
import type { Interest, ViewKind } from '@probepad/protocol/views/view';
import * as z from 'zod/mini';
import type { ShownSource } from '../shown-views.ts';
import {
  fillPanel,
  linesOf,
  movePanel,
  opensAsDashboard,
  panelsOf,
  proposedPanels,
  resizePanel,
  savedPanels,
  sizeOf,
} from './panels.ts';

function shown(name: string, kind: ViewKind = 'table', interest: Interest = 'result'): ShownSource {
  return { source: sampleSource({ name }), interest, views: [{ kind } as ShownSource['views'][number]] };
}

test('a program with three results opens as a dashboard of the best view of each', () => {
  const sources = [
    shown('events'),
    shown('latency', 'histogram'),
    shown('counts', 'bars'),
    shown('start', 'table', 'working'),
  ];
  assert.equal(opensAsDashboard(undefined, sources), true);
  assert.deepEqual(proposedPanels(sources), [
    { source: 'events', view: 'table', columns: 12 },
    { source: 'latency', view: 'histogram' },
    { source: 'counts', view: 'bars' },
  ]);
});

test('one or two results are looked at one by one, until somebody makes a dashboard', () => {
  const sources = [shown('events'), shown('latency', 'histogram'), shown('.bss', 'values', 'aside')];
  assert.equal(opensAsDashboard(undefined, sources), false);
  assert.equal(opensAsDashboard([{ source: 'latency', view: 'heatmap' }], sources), true);
});

test('a panel of a source that the program no longer has is left out', () => {
  assert.deepEqual(
    panelsOf(
      [
        { source: 'gone', view: 'table' },
        { source: 'events', view: 'chart' },
      ],
      [shown('events')],
    ),
    [{ source: 'events', view: 'chart' }],
  );
});

test('a panel moves to the place of another', () => {
  const panels = ['a', 'b', 'c'].map((source) => ({ source, view: 'table' }));
  const order = (from: number, to: number) =>
    movePanel(panels, from, to)
      .map(({ source }) => source)
      .join('');
  assert.equal(order(0, 2), 'bca');
  assert.equal(order(2, 0), 'cab');
  assert.equal(order(1, 9), 'acb');
  assert.equal(order(0, -1), 'abc');
});

test('what a panel takes in width its neighbour gives, and those beside it stay as high', () => {
  const panels = ['a', 'b', 'c'].map((source) => ({ source, view: 'table' }));
  const sizes = (of: ReturnType<typeof resizePanel>) =>
    of.map((panel) => `${sizeOf(panel).columns}×${sizeOf(panel).rows}`);
  assert.deepEqual(linesOf(panels), [[0, 1], [2]]);
  const wider = resizePanel(panels, 0, { columns: 8 });
  assert.deepEqual(sizes(wider), ['8×4', '4×4', '6×4']);
  assert.deepEqual(sizes(resizePanel(wider, 0, { columns: 12 })), ['9×4', '3×4', '6×4']);
  assert.deepEqual(sizes(resizePanel(panels, 1, { rows: 6 })), ['6×6', '6×6', '6×4']);
  assert.deepEqual(sizes(resizePanel(panels, 2, { columns: 12, rows: 1 })), ['6×4', '6×4', '12×2']);
});

test('a dashboard from when panels were wide or not looks as it did', () => {
  const panels = [
    { source: 'a', view: 'table', wide: true },
    { source: 'b', view: 'table' },
    { source: 'c', view: 'table' },
  ];
  assert.deepEqual(linesOf(panels), [[0], [1, 2]]);
});

test('one panel at most fills the page, which is saved with it and goes where it goes', () => {
  const panels = ['a', 'b', 'c'].map((source) => ({ source, view: 'table' }));
  const filled = (of: readonly Panel[]) => of.filter(({ full }) => full).map(({ source }) => source);
  const second = fillPanel(panels, 1);
  assert.deepEqual(filled(second), ['b']);
  assert.deepEqual(filled(fillPanel(second, 2)), ['c']);
  assert.deepEqual(filled(movePanel(second, 1, 0)), ['b']);
  assert.deepEqual(fillPanel(second, undefined), panels);
  assert.deepEqual(z.parse(PanelSchema, second[1]), { source: 'b', view: 'table', full: true });
});

test('panels that are as proposed again are not saved: what the program gets anew is among them', () => {
  const sources = [shown('events'), shown('latency', 'histogram'), shown('counts', 'bars')];
  const filled = fillPanel(proposedPanels(sources), 0);
  assert.deepEqual(savedPanels(filled, sources), filled);
  assert.equal(savedPanels(fillPanel(filled, undefined), sources), undefined);
});
