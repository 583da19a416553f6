/**
 * Probes that would change what the machine does, under the policy of a host for which nobody wrote one: refused before
 * anything is attached. None of them is ever attached here.
 */
import assert from 'node:assert/strict';
import { release } from 'node:os';
import { after, before, test } from 'node:test';
import { probeOfText, type TestMachine, testMachine } from '../../host-agent/src/link/testing.ts';
import { cgroupRoot } from '../../host-agent/src/runs/surroundings.ts';

let machine: TestMachine;
before(async () => {
  machine = await testMachine({});
});
after(() => machine[Symbol.asyncDispose]());

/** How a run of that text ends, and that nothing of it was attached. */
async function endOf(text: string, attach: Record<string, string>) {
  const run = machine.start(probeOfText(text, { attach }));
  const last = () => machine.recorder.statuses.findLast((status) => status.run === run.id);
  await machine.recorder.until(() => last()?.state === 'ended');
  assert.deepEqual(
    last()?.programs.filter(({ state }) => state === 'attached'),
    [],
  );
  return last();
}

const DROP = 'SEC("cgroup_skb/egress") int drop(struct __sk_buff *skb) { return 0; }';

test('dropping the packets of a cgroup', async () => {
  const unnamed = await endOf(DROP, {});
  assert.equal(unnamed?.error?.code, 'target_needed');
  const named = await endOf(DROP, { drop: cgroupRoot() ?? '/sys/fs/cgroup' });
  assert.equal(named?.reason, 'policy');
  assert.match(named?.error?.message ?? '', /on \/sys\/fs\/cgroup/);
});

test('sending the packets of loopback elsewhere', async () => {
  for (const call of ['bpf_redirect(2, 0)', 'bpf_redirect_peer(2, 0)', 'bpf_clone_redirect(skb, 2, 0)']) {
    const status = await endOf(`SEC("tc") int away(struct __sk_buff *skb) { return ${call}; }`, {
      away: 'lo',
    });
    assert.equal(status?.reason, 'policy', call);
    assert.match(status?.error?.message ?? '', /to call bpf_(clone_)?redirect/);
  }
});

test('running for hours in loops within loops that the verifier does not count', async () => {
  // cond_break of the kernel's bpf_experimental.h, for compilers that don't know the instruction.
  const loop = (body: string) => `
    asm volatile goto("1: .byte 0xe5; .byte 0; .long ((%l[out] - 1b - 8) / 8) & 0xffff; .short 0" :::: out);
    for (;;) { ${body}; asm volatile goto("1: .byte 0xe5; .byte 0; .long ((%l[out] - 1b - 8) / 8) & 0xffff; .short 0" :::: out); }
    out: return 0;`;
  const text = `u64 rounds;
    __attribute__((noinline)) int inner(int x) { ${loop('rounds += x')} }
    __attribute__((noinline)) int outer(int x) { ${loop('inner(x)')} }
    SEC("raw_tp/sys_enter") int spin(void *context) { return outer(1); }`;
  const status = await endOf(text, {});
  const [major = 0, minor = 0] = release().split('.', 2).map(Number);
  // Older kernels know no such instruction.
  const reason = major > 6 || (major === 6 && minor >= 9) ? 'policy' : 'verifier_rejected';
  assert.equal(status?.reason, reason, JSON.stringify(status));
  if (reason === 'policy') assert.match(status?.error?.message ?? '', /to loop by may_goto/);
});

test('running for hours in callbacks within callbacks', async () => {
  const map =
    'struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1000); __type(key, u32); __type(value, u64); } many SEC(".maps");';
  const callback = 'static long once(struct bpf_map *map, u32 *key, u64 *value, void *context) { return 0; }';
  const program =
    'SEC("raw_tp/sys_enter") int spin(void *ctx) { bpf_for_each_map_elem(&many, once, 0, 0); return 0; }';
  const status = await endOf(`${map}\n${callback}\n${program}`, {});
  assert.equal(status?.reason, 'policy');
  assert.match(status?.error?.message ?? '', /to call bpf_for_each_map_elem/);
});
