import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FlameFrame, noteFrame } from '@probepad/protocol/views/flame-frames';
import { createFlameTree, createFrameNumbers } from '@probepad/protocol/views/flame-tree';
import type { FlameGraph } from '../../session/flame.ts';
import { sizeOf } from '../picture/picture.ts';
import { assertWellFormed, PAINT, svg } from '../picture/test/drawn.ts';
import type { FlameColours } from './flame-colours.ts';
import { indexTree } from './flame-layout.ts';
import { flamePicture } from './flame-picture.ts';

const COLOURS: FlameColours = {
  ...{ ink: '#111', ground: '#fff', focus: '#00f', hit: '#f0f' },
  of: (frame) => (frame === undefined || frame.space === 'note' ? '#ccc' : frame.known ? '#e69f00' : '#999'),
  ofChange: (change) => (change > 0 ? '#d55e00' : '#56b4e9'),
};

const frame = (space: FlameFrame['space'], text: string, known = true): FlameFrame => ({
  ...{ space, text, known, object: 'app', address: 1n },
});
const STACKS: readonly (readonly [FlameFrame[], weight: number, before: number])[] = [
  [[frame('user', 'main'), frame('user', 'parse<T>')], 60, 10],
  [[frame('user', 'main'), frame('user', 'write'), frame('kernel', 'vfs_write')], 30, 80],
  [[frame('user', 'main'), frame('user', '0x1234', false)], 10, 10],
  [[noteFrame('[no stack]')], 0.001, 0],
];

function graphOf(search: string | undefined, compared: boolean): FlameGraph {
  const numbers = createFrameNumbers();
  const tree = createFlameTree();
  for (const [frames, weight, before] of STACKS) {
    const own = frames.map(numbers.numberOf);
    tree.add(own, weight);
    if (compared) tree.add(own, before, true);
  }
  const names = [...numbers.frames];
  return {
    tree: tree.finish((number) => names[number]?.text ?? ''),
    names,
    hits: search === undefined ? undefined : Uint8Array.from(names, ({ text }) => Number(text === search)),
    ...{
      problem: undefined,
      unit: 'count',
      weight: '',
      weights: [],
      splits: [],
      hosts: 1,
      stacks: 3,
      unnamed: 1,
    },
    ...{ leftOut: 0, kept: undefined, against: undefined, baseline: undefined },
  };
}

function drawn(search?: string, compared = false): string {
  const graph = graphOf(search, compared);
  const drawing = { graph, index: indexTree(graph.tree), zoomed: 0, rising: false, than: 'on web-2' };
  const picture = flamePicture(drawing, 'cpu & more', COLOURS);
  return svg(picture, sizeOf(picture, PAINT));
}

test('a flame graph is drawn as boxes with their functions, each as wide as its share', () => {
  const text = drawn();
  assertWellFormed(text);
  const boxOf = (name: string): number =>
    Number(
      new RegExp(`<title>${name}[^<]*</title><rect x="[\\d.]+" y="[\\d.]+" width="([\\d.]+)"`).exec(
        text,
      )?.[1],
    );
  const all = boxOf('all');
  for (const [name, share] of [
    ['main', 1],
    ['parse&lt;T&gt;', 0.6],
    ['vfs_write', 0.3],
  ] as const) {
    assert.ok(Math.abs(boxOf(name) / all - share) < 0.01, `${name}: ${boxOf(name)} of ${all}`);
  }
  // Narrower than a pixel: no box.
  assert.doesNotMatch(text, /<title>\[no stack\]/);
  for (const words of ['user space', 'kernel', 'without a name', 'cpu &amp; more']) {
    assert.ok(text.includes(`>${words}<`), words);
  }
  // One box in the kernel, and its sample in the legend.
  assert.equal([...text.matchAll(/fill="url\(#kernel\)"/g)].length, 2);
});

test('what a search found and what a comparison says is in the picture, with what the colours mean', () => {
  const found = drawn('write');
  assert.match(found, /<title>write · app · 30[^<]*<\/title><rect [^>]*fill="#f0f"/);
  assert.ok(found.includes('>found by the search<'));
  const compared = drawn(undefined, true);
  assertWellFormed(compared);
  assert.ok(compared.includes('>more than on web-2<'));
  assert.match(compared, /<title>parse[^<]*<\/title><rect [^>]*fill="#d55e00"/);
  assert.match(compared, /<title>vfs_write[^<]*<\/title><rect [^>]*fill="#56b4e9"/);
});
