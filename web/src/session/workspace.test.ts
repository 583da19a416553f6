import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SNIPPET_FILES_MAX } from '@probepad/protocol/limits';
import { addFile, editFile, openProbe, removeFile, useWorkspace } from './workspace.ts';

function open(...names: string[]): void {
  openProbe({
    name: 'probe',
    files: names.map((name) => ({ name, text: `of ${name}` })),
    settings: { params: {}, attach: {}, flags: [], seconds: 0, views: {} },
    origin: { kind: 'own' },
  });
}

test('the text that a file has already is no change of it', () => {
  open('a.c');
  editFile('a.c', 'of a.c');
  assert.equal(useWorkspace.getState().dirty, false);
  editFile('a.c', 'another');
  assert.equal(useWorkspace.getState().dirty, true);
});

test('a file that was removed comes back where it was, unless another has its name by then', () => {
  open('a.c', 'b.h', 'c.h');
  const names = () => useWorkspace.getState().files.map(({ name }) => name);
  const undo = removeFile('b.h');
  assert.deepEqual(names(), ['a.c', 'c.h']);
  undo?.();
  assert.deepEqual(names(), ['a.c', 'b.h', 'c.h']);
  undo?.();
  assert.deepEqual(names(), ['a.c', 'b.h', 'c.h']);
  open('a.c');
  assert.equal(removeFile('a.c'), undefined, 'the last one stays');
});

test('a file that was removed does not come back into another probe, nor where there is no room for it', () => {
  open('a.c', 'b.h');
  const into = removeFile('b.h');
  open('other.c');
  into?.();
  const { files, dirty } = useWorkspace.getState();
  assert.deepEqual([files.map(({ name }) => name), dirty], [['other.c'], false]);

  open(...Array.from({ length: SNIPPET_FILES_MAX }, (_, at) => (at === 0 ? 'a.c' : `h${at}.h`)));
  const undo = removeFile('h1.h');
  addFile('new.h');
  undo?.();
  assert.equal(useWorkspace.getState().files.length, SNIPPET_FILES_MAX);
});
