import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { headersVersion } from './system-headers.ts';

test('what packages do to headers gives another version, and nothing else does', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-headers-'));
  t.after(() => rm(folder, { recursive: true }));
  const seen = [await headersVersion(folder)];
  const changed = async (): Promise<void> => {
    const version = await headersVersion(folder);
    assert.ok(!seen.includes(version));
    seen.push(version);
    assert.equal(await headersVersion(folder), version);
  };
  await writeFile(join(folder, 'stdio.h'), '');
  await changed();
  await mkdir(join(folder, 'bpf'));
  await changed();
  await writeFile(join(folder, 'bpf/bpf.h.new'), '');
  await changed();
  await rename(join(folder, 'bpf/bpf.h.new'), join(folder, 'bpf/bpf.h'));
  await changed();
  await rm(join(folder, 'bpf/bpf.h'));
  await changed();
});

test('a machine without headers has a version too', async () => {
  assert.match(await headersVersion('/nonexistent'), /undefined/);
});
