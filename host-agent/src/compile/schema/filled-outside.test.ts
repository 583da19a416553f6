import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compiled, testCompiler } from '../testing.ts';

const own = await testCompiler();
before(() => own.compiler.ready);
after(() => own[Symbol.asyncDispose]());

const MAP = (name: string, type: string): string =>
  `struct { __uint(type, BPF_MAP_TYPE_${type}); __uint(max_entries, 8); __type(key, u32); __type(value, u64); } ${name} SEC(".maps");`;

async function filledOutside(body: string): Promise<string[]> {
  const text = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
${MAP('wanted', 'HASH')}
${MAP('counts', 'HASH')}
${MAP('slots', 'ARRAY')}
static __noinline int put(void *map, u32 key)
{
	u64 one = 1;
	return bpf_map_update_elem(map, &key, &one, BPF_ANY);
}
SEC("tp/syscalls/sys_enter_getppid") int first(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;
	u64 one = 1, *slot = bpf_map_lookup_elem(&slots, &key);
	if (slot)
		__sync_fetch_and_add(slot, 1);
	if (!bpf_map_lookup_elem(&wanted, &key))
		return 0;
	${body}
	return 0;
}
`;
  const { schema } = compiled(
    await own.compiler.compile({ files: [{ name: 'maps.bpf.c', text }], flags: ['-Wno-unused-function'] }),
  );
  return schema.sources.filter((source) => source.filledOutside).map(({ name }) => name);
}

test('a map that no program puts an entry into is filled from outside, and an array is never empty', async () => {
  assert.deepEqual(await filledOutside('bpf_map_update_elem(&counts, &key, &one, BPF_ANY);'), ['wanted']);
});

test('where an entry goes into a map that the instructions do not name, nothing is said of any', async () => {
  const unknown = 'bpf_map_update_elem(&counts, &key, &one, BPF_ANY); put(ctx ? &counts : &wanted, key);';
  assert.deepEqual(await filledOutside(unknown), []);
});

test('where branches put entries into different maps by one call, nothing is said of any', async () => {
  const update = (map: string): string => `bpf_map_update_elem(${map}, &key, &one, BPF_ANY);`;
  for (const body of [
    `if (key & 1) ${update('&wanted')} else ${update('&counts')}`,
    `if (key & 1) ${update('&counts')} else ${update('&wanted')}`,
    `void *map = &wanted; if (key & 1) map = &counts; ${update('map')}`,
    update('key & 1 ? (void *)&counts : (void *)&wanted'),
  ]) {
    assert.deepEqual(await filledOutside(body), [], body);
  }
});
