import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFragment, unpackFragment } from './fragment.ts';

const settings = {
  params: { min: '5' },
  attach: {},
  flags: ['-DX=1'],
  seconds: 3,
  views: { events: 'chart' },
};
const probe = { name: 'läuft ␛', files: [{ name: 'a.bpf.c', text: 'int x = 1; // ÄÖ 🐝\n' }], settings };

test('a probe comes back from its fragment as it was', async () => {
  const fragment = await packFragment(probe);
  assert.ok(fragment);
  assert.match(fragment, /^#p=[A-Za-z0-9_-]+$/);
  assert.deepEqual(await unpackFragment(fragment), { v: 1, ...probe });
});

test('a probe that is too large for a link has none', async () => {
  let text = '';
  for (let at = 0; at < 20_000; at++) text += String.fromCharCode(33 + ((at * 7919) % 90));
  const noise = crypto
    .getRandomValues(new Uint8Array(20_000))
    .reduce((all, byte) => all + byte.toString(36), text);
  assert.equal(await packFragment({ ...probe, files: [{ name: 'a.c', text: noise }] }), undefined);
});

test('other fragments are none of ours', async () => {
  assert.equal(await unpackFragment('#section-2'), undefined);
});

test('a damaged link says so', async () => {
  const fragment = await packFragment(probe);
  assert.ok(fragment);
  await assert.rejects(unpackFragment(fragment.slice(0, -9)), /damaged/);
  await assert.rejects(unpackFragment('#p=!!!'), /damaged/);
});

test('a link that inflates to far more than a snippet is refused', async () => {
  const bomb = new Blob([new Uint8Array(4 * 1024 * 1024)])
    .stream()
    .pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(bomb).arrayBuffer());
  const packed = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  await assert.rejects(unpackFragment(`#p=${packed}`), /damaged/);
});

test('a link whose file name leads elsewhere is refused', async () => {
  const text = JSON.stringify({ v: 1, name: 'x', files: [{ name: '../evil', text: '' }], settings });
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const packed = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  await assert.rejects(unpackFragment(`#p=${packed}`), /damaged/);
});
