import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFlameTree } from '@probepad/protocol/views/flame-tree';
import type { Baseline, FlameGraph } from '../../session/flame.ts';
import { missingWords } from './flame-settings.ts';

const KEPT: Baseline = { run: 'r1', range: undefined, total: 1 };

/** A graph that was to be compared. @param before what there was to compare with */
function graph(
  against: FlameGraph['against'],
  { before = 0, baseline }: { before?: number; baseline?: Baseline | undefined } = {},
) {
  const tree = createFlameTree();
  tree.add([0], 1);
  tree.add([0], before, true);
  return { tree: tree.finish(() => 'main'), against, baseline };
}

test('where there is nothing to compare with that is said, whatever it was to be', () => {
  const before = { from: 0, to: 1 };
  assert.match(missingWords(graph('baseline'), { against: 'baseline' }) ?? '', /there is no baseline/);
  assert.match(
    missingWords(graph('baseline', { baseline: KEPT }), { against: 'baseline' }) ?? '',
    /baseline has nothing/,
  );
  assert.match(missingWords(graph(before), { against: 'before' }) ?? '', /nothing is known/);
  assert.match(
    missingWords(graph({ host: 'h2' }), { against: 'host', other: 'west' }) ?? '',
    /nothing was seen on west/,
  );
});

test('a graph that is compared, or that answers another question, says nothing', () => {
  assert.equal(missingWords(graph(undefined), {}), undefined);
  assert.equal(missingWords(graph(undefined), { against: 'baseline' }), undefined);
  const compared = graph('baseline', { before: 1, baseline: KEPT });
  assert.equal(missingWords(compared, { against: 'baseline' }), undefined);
});
