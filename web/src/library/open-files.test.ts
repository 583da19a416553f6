import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SNIPPET_FILES_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';
import { takeFiles } from '../session/taken-files.ts';
import { editFile, openProbe, useWorkspace } from '../session/workspace.ts';
import { readSourceFiles } from './read-files.ts';

function open(...names: string[]): void {
  openProbe({
    name: 'probe',
    files: names.map((name) => ({ name, text: `of ${name}` })),
    settings: { params: {}, attach: {}, flags: [], seconds: 0, views: {} },
    origin: { kind: 'own' },
  });
}

const texts = (): Record<string, string> =>
  Object.fromEntries(useWorkspace.getState().files.map(({ name, text }) => [name, text]));

test('sources and headers are read, and of everything else is said why it is not', async () => {
  const { files, refused } = await readSourceFiles([
    new File(['int a;\r\nint b;\n'], 'a.bpf.c'),
    new File(['#define B 1\n'], 'b.h'),
    new File(['notes'], 'notes.txt'),
    new File(['x\0y'], 'with-nul.h'),
    new File([Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe)], 'object.c'),
    new File([new Uint8Array(SNIPPET_MAX + 1)], 'huge.c'),
    new File(['int c;'], 'c (1).c'),
    new File(['struct task_struct {};'], 'vmlinux.h'),
  ]);
  assert.deepEqual(files, [
    { name: 'a.bpf.c', text: 'int a;\nint b;\n' },
    { name: 'b.h', text: '#define B 1\n' },
  ]);
  assert.deepEqual(
    refused.map(({ text }) => text),
    [
      'notes.txt is neither a .c nor a .h file.',
      'with-nul.h is no text.',
      'object.c is no text.',
      'huge.c is too large: 513 KiB.',
      "A file of a probe can't be called c (1).c.",
      'vmlinux.h is not needed.',
    ],
  );
});

test('a file takes the place of the one with its name, and gives it back', () => {
  open('a.c', 'b.h');
  const taken = takeFiles([
    { name: 'b.h', text: 'new' },
    { name: 'c.h', text: 'more' },
  ]);
  assert.deepEqual([taken?.replaced, taken?.added], [['b.h'], ['c.h']]);
  assert.deepEqual(texts(), { 'a.c': 'of a.c', 'b.h': 'new', 'c.h': 'more' });
  assert.equal(useWorkspace.getState().file, 'b.h');
  editFile('c.h', 'more, and changed since');
  taken?.undo();
  assert.deepEqual(texts(), { 'a.c': 'of a.c', 'b.h': 'of b.h', 'c.h': 'more, and changed since' });
});

test('text that was not saved is kept when a file takes its place, however often', () => {
  open('a.c', 'b.h');
  const shelved = () => useWorkspace.getState().shelf.map(({ files }) => files.map(({ text }) => text));
  const before = shelved();
  assert.equal(takeFiles([{ name: 'b.h', text: 'first' }])?.shelved, false);
  editFile('b.h', 'typed');
  assert.equal(takeFiles([{ name: 'c.h', text: 'more' }])?.shelved, false);
  assert.deepEqual(shelved(), before);
  const second = takeFiles([{ name: 'b.h', text: 'second' }]);
  const third = takeFiles([{ name: 'b.h', text: 'third' }]);
  assert.deepEqual([second?.shelved, third?.shelved], [true, true]);
  assert.deepEqual(shelved(), [['of a.c', 'second', 'more'], ['of a.c', 'typed', 'more'], ...before]);
  assert.equal(third?.undo(), true);
  assert.equal(texts()['b.h'], 'second');
  assert.deepEqual(shelved(), [['of a.c', 'typed', 'more'], ...before]);
});

test('what was replaced comes back although somebody has typed since, and what was typed is kept', () => {
  open('a.c', 'b.h');
  const taken = takeFiles([{ name: 'b.h', text: 'new' }]);
  editFile('b.h', 'new, and typed since');
  assert.equal(taken?.undo(), true);
  assert.equal(texts()['b.h'], 'of b.h');
  assert.equal(useWorkspace.getState().shelf[0]?.files[1]?.text, 'new, and typed since');
});

test('what was taken is not taken back from another probe, and there is no more room than there is', () => {
  open('a.c');
  const taken = takeFiles([{ name: 'b.h', text: 'new' }]);
  open('other.c');
  assert.equal(taken?.undo(), false);
  assert.deepEqual(Object.keys(texts()), ['other.c']);
  const many = Array.from({ length: SNIPPET_FILES_MAX }, (_, at) => ({ name: `h${at}.h`, text: '' }));
  assert.equal(takeFiles(many), undefined);
  assert.equal(takeFiles([{ name: 'large.h', text: 'x'.repeat(SNIPPET_MAX) }]), undefined);
  assert.deepEqual(Object.keys(texts()), ['other.c']);
});
