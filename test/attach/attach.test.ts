import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { localMachine } from '../templates/local-machine.ts';
import { policyFor, runAttachKind } from './attach-run.ts';
import { ATTACH_KINDS, type Place } from './kinds.ts';
import { buildTarget } from './target.ts';

const TIMEOUT_MS = 120_000;

let folder: string;
let place: Place;
let policy: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'probepad-attach-'));
  const root = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) =>
    existsSync(`${path}/cgroup.procs`),
  );
  assert.ok(root, 'this machine has no cgroup v2');
  const cgroup = join(root, `pp-attach-${process.pid}`);
  mkdirSync(cgroup);
  place = { cgroup, target: join(folder, 'target') };
  await buildTarget(place.target);
  policy = join(folder, 'policy.json');
  writeFileSync(policy, policyFor(place));
});
after(() => {
  rmdirSync(place.cgroup);
  rmSync(folder, { recursive: true });
});

test('every probe of the folder is run', () => {
  const probes = readdirSync(join(import.meta.dirname, 'probes'))
    .filter((name) => name.endsWith('.bpf.c'))
    .map((name) => name.replace('.bpf.c', ''));
  assert.deepEqual(probes.sort(), ATTACH_KINDS.map(({ probe }) => probe).sort());
});

for (const kind of ATTACH_KINDS) {
  // Guests run the others too: test/guest/remote-host.test.ts.
  if (kind.guestOnly) continue;
  test(`${kind.name}: what happens at the target comes out as rows`, { timeout: TIMEOUT_MS }, async () => {
    await runAttachKind({
      ...{ kind, place, machine: localMachine, probeMachine: localMachine },
      ...{ options: ['--policy', policy], timeoutMs: TIMEOUT_MS },
    });
  });
}
