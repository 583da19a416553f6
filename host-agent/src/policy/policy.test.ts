import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';
import { loadPolicy } from './policy-file.ts';

test('the default looks at everything and changes nothing', () => {
  assert.ok(DEFAULT_POLICY.programTypes.includes('tracepoint'));
  for (const type of ['lsm', 'ext', 'struct_ops', 'fmod_ret'])
    assert.ok(!DEFAULT_POLICY.programTypes.includes(type));
  assert.ok(DEFAULT_POLICY.helpersDenied.includes('bpf_probe_write_user'));
  assert.deepEqual(DEFAULT_POLICY.cgroups, []);
  for (const helper of ['bpf_redirect*', 'bpf_clone_redirect', 'bpf_loop', 'bpf_for_each_map_elem'])
    assert.ok(DEFAULT_POLICY.helpersDenied.includes(helper), helper);
  assert.equal(DEFAULT_POLICY.terminal, false);
});

test('a field that is given replaces its default, the others stay', () => {
  const policy = parsePolicy('{"interfaces":["eth0"],"seconds":60}', 'p.json');
  assert.deepEqual(policy.interfaces, ['eth0']);
  assert.equal(policy.seconds, 60);
  assert.deepEqual(policy.helpersDenied, DEFAULT_POLICY.helpersDenied);
});

test('an error names the file and the field', () => {
  assert.throws(() => parsePolicy('{"runs":"many"}', '/p.json'), /policy file \/p\.json: field runs: /);
  assert.throws(() => parsePolicy('{"terminals":true}', '/p.json'), /unknown field terminals/);
  assert.throws(() => parsePolicy('{', '/p.json'), /not JSON/);
});

test('a file that was named and is wrong or absent never becomes the default', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-policy-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'policy.json');
  await assert.rejects(loadPolicy(path), /ENOENT/);
  await writeFile(path, '{"memory":-1}');
  await assert.rejects(loadPolicy(path), /field memory/);
  await writeFile(path, '{"terminal":true}');
  assert.equal((await loadPolicy(path)).policy.terminal, true);
});
