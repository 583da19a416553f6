import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { formatValue } from '@probepad/protocol/values/format';
import { presentLeaves } from '@probepad/protocol/values/presentation';
import { unknownTags } from '@probepad/protocol/values/tags';
import { readValue } from '@probepad/protocol/values/value';
import { encodeParam } from '../param-value.ts';
import { compiled, testCompiler } from '../testing.ts';

const own = await testCompiler();
before(() => own.compiler.ready);
after(() => own[Symbol.asyncDispose]());

async function schemaOf(declarations: string): Promise<ProbeSchema> {
  const text = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#define TAG(text) __attribute__((btf_decl_tag("probepad:" text)))
char LICENSE[] SEC("license") = "GPL";
${declarations}
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); __type(value, struct event); } events SEC(".maps");
SEC("tp/syscalls/sys_enter_getppid") int send(void *ctx)
{
	struct event event = {};
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}
`;
  const files = [{ name: 'tags.bpf.c', text }];
  return compiled(await own.compiler.compile({ files, flags: [] })).schema;
}

/** What the members of an event show that has these 32-bit numbers. */
function shownOf(schema: ProbeSchema, ...numbers: number[]): string[] {
  const type = schema.sources.find(({ name }) => name === 'events')?.records[0]?.type ?? -1;
  const bytes = new Uint8Array(Uint32Array.from(numbers).buffer);
  const leaves = leavesOf(schema, type);
  return presentLeaves(schema, leaves, type).map((shown, at) => {
    const leaf = leaves[at];
    assert.ok(leaf);
    return formatValue(readValue(schema, leaf.type, bytes, leaf.offset, bytes.length), shown);
  });
}

test('an annotation gives a number the names of an enum of the text, or of the kernel', async () => {
  const schema = await schemaOf(`
#define BIT(n) (1UL << (n))
enum access { READ = 1 << 0, WRITE = BIT(1), EXEC = (1U << 2), BOTH = READ | WRITE };
enum { FIRST = 7, SECOND };
struct event {
	__u32 access TAG("enum=access");
	__u32 stage TAG("enum=SECOND");
	__u32 state TAG("enum=enum bpf_map_type");
	__u32 each[2] TAG("enum=access");
	__u32 plain;
};`);
  assert.deepEqual(shownOf(schema, 5, 8, 1, 2, 7, 5), [
    'READ|EXEC',
    'SECOND',
    'BPF_MAP_TYPE_HASH',
    '[WRITE, BOTH|EXEC]',
    '5',
  ]);
  assert.deepEqual(unknownTags(schema), []);
});

test('bits of an enum that does not look like one are named where the annotation says so', async () => {
  const schema = await schemaOf(`
enum mode { MODE_A = 1, MODE_B = 2 };
struct event { __u32 mode TAG("enum=mode") TAG("as=enum_flags"); };`);
  assert.deepEqual(shownOf(schema, 3), ['MODE_A|MODE_B']);
});

test('a parameter takes the names of its enum', async () => {
  const schema = await schemaOf(`
enum level { LOW = 3, HIGH = 9 };
struct event { __u32 value; };
const volatile __u32 level TAG("enum=level") = 3;
SEC("tp/syscalls/sys_enter_getpid") int read(void *ctx) { return level; }`);
  assert.equal(encodeParam(schema, 'level', 'HIGH').bytes, '09000000');
});

test('an annotation for an enum that is not there, or on what is no number, says nothing and is told', async () => {
  const schema = await schemaOf(`
enum level { LOW = 3, HIGH = 9 };
struct event { __u32 value TAG("enum=nowhere"); char text[4] TAG("enum=level"); };`);
  assert.deepEqual(shownOf(schema, 3, 0x64636261), ['3', 'abcd']);
  assert.deepEqual(unknownTags(schema), ['enum=nowhere', 'enum=level']);
});
