import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeHost } from '../session/test/fake-hub.ts';
import { missingNeeds } from './needs.ts';
import { workloadOf } from './workload.ts';

test("a template's workload is the first shell block of its README", () => {
  assert.equal(workloadOf('# x\n\n```c\nint x;\n```\n\n```sh\nls /\n```\n'), 'ls /');
  assert.equal(workloadOf('# x\nno blocks'), undefined);
  assert.equal(workloadOf('```sh\nnpx probepad run x.bpf.c\n```\n```sh\ntrue\n```'), 'true');
});

test('what a host does not offer is named', () => {
  assert.deepEqual(missingNeeds(['kprobe', 'xdp'], fakeHost({ id: 'a' })), ['kprobe']);
  assert.deepEqual(missingNeeds(['kprobe'], undefined), []);
});
