import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request } from '../session/session.ts';
import { page } from '../session/test/page.ts';
import { changeEntry, openProbe, useWorkspace } from '../session/workspace.ts';
import { saveSnippet } from './save.ts';

const probe = (name: string) => ({
  name,
  files: [{ name: 'a.bpf.c', text: `int ${name};` }],
  settings: { params: {}, attach: {}, flags: [], seconds: 0, views: {} },
});

test('what is opened while a save is under way keeps its origin: it is not what was saved', async (context) => {
  await page(context);
  openProbe({ ...probe('mine'), origin: { kind: 'own' } });
  const saving = saveSnippet();
  openProbe({ ...probe('theirs'), origin: { kind: 'template', id: 'hello' } });
  await saving;
  assert.deepEqual(useWorkspace.getState().origin, { kind: 'template', id: 'hello' });
});

test('what is changed while a save is under way is not saved, be it text, a name or a setting', async (context) => {
  await page(context);
  const changes = [
    () => changeEntry('params', 'pid', '1'),
    () => useWorkspace.setState({ name: 'another', dirty: true }),
    () => useWorkspace.setState({ files: [{ name: 'a.bpf.c', text: 'int b;' }], dirty: true }),
  ];
  for (const change of changes) {
    openProbe({ ...probe('mine'), origin: { kind: 'own' } });
    const saving = saveSnippet();
    change();
    await saving;
    const { origin, dirty } = useWorkspace.getState();
    assert.deepEqual([origin.kind, dirty], ['snippet', true]);
  }
  await saveSnippet();
  assert.equal(useWorkspace.getState().dirty, false);
});

test('saved again before the reply, a probe is still one snippet', async (context) => {
  await page(context);
  const count = async (): Promise<number> => (await request('snippets.list', {})).snippets.length;
  const before = await count();
  openProbe({ ...probe('mine'), origin: { kind: 'own' } });
  await Promise.all([saveSnippet(), saveSnippet(), saveSnippet()]);
  assert.equal(await count(), before + 1);
});
