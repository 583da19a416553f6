import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ProbepadFailure } from '@probepad/protocol/errors';
import { type ProbeSchema, ProbeSchemaSchema, type Type } from '@probepad/protocol/schema';
import { hookOfSection } from './schema/section-names.ts';
import { schemaOfObject } from './schema-of-object.ts';
import { compiled, testCompiler } from './testing.ts';

const TEXT = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "Dual BSD/GPL";
typedef struct { u32 pid; char comm[16]; } who_t;
enum mode { OFF, ON = 5, FAR = -2 };
struct inner { u8 flags : 3, rest : 5; s16 number; };
struct value {
	u64 slots[4];
	struct inner nested;
	union { __be32 v4; u8 v6[16]; };
	enum mode mode;
	double ratio;
	struct task_struct *task;
	u64 took __attribute__((btf_decl_tag("probepad:unit=ns"), btf_decl_tag("other")));
};
struct { __uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH); __uint(max_entries, 64); __type(key, who_t); __type(value, struct value); } table SEC(".maps") __attribute__((btf_decl_tag("probepad:view=table")));
struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(max_entries, 8); __uint(key_size, 4); __uint(value_size, 127 * 8); } stacks SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(map_flags, BPF_F_STACK_BUILD_ID); } untold SEC(".maps");
struct inner_map { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u64); } one SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(max_entries, 2); __type(key, u32); __array(values, struct inner_map); } outer SEC(".maps") = { .values = { (void *)&one } };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
const volatile int pid __attribute__((btf_decl_tag("probepad:label=Which process"))) = -1;
const volatile char name[16] = "a b";
const volatile bool verbose = true;
const volatile enum mode mode = ON;
const volatile u64 large = 18446744073709551615ULL;
const volatile u16 ports[4] = { 80, 443 };
const volatile struct { int a; char b; } pair = { 3, 4 };
const char fixed[] = "not a parameter";
u64 hits __attribute__((btf_decl_tag("probepad:unit=calls")));
int state = 4;
static u32 hidden_state = 9;
int kept SEC(".data.kept") = 5;
static __noinline int called(u64 x) { return x > large; }
SEC("tp/syscalls/sys_enter_getppid") int first(void *ctx)
{
	who_t key = { .pid = pid };
	struct value *v = bpf_map_lookup_elem(&table, &key);
	if (v && verbose) hits++;
	hidden_state += state + mode + ports[1] + pair.a + name[0] + kept;
	bpf_printk("%d", hidden_state);
	return called(hits);
}
SEC("?fentry.s/vfs_read") int BPF_PROG(second, struct file *file) { return 0; }
SEC("iter/task") int walk(struct bpf_iter__task *ctx) { return 0; }
SEC("perf_event") int sample(void *ctx) { return 0; }
`;

let object: Uint8Array;
let schema: ProbeSchema;
before(async () => {
  await using own = await testCompiler();
  const outcome = compiled(
    await own.compiler.compile({ files: [{ name: 'probe.bpf.c', text: TEXT }], flags: [] }),
  );
  object = outcome.object;
  schema = outcome.schema;
});
after(() => assert.ok(object));

function typeOf(id: number | undefined): Type {
  const type = schema.types[id ?? -1];
  assert.ok(type);
  return type.kind === 'typedef' ? typeOf(type.target) : type;
}

function structOf(id: number | undefined) {
  const type = typeOf(id);
  assert.ok(type.kind === 'struct' || type.kind === 'union');
  return type;
}

test('the schema is what the protocol says', () => {
  assert.deepEqual(ProbeSchemaSchema.parse(schema), schema);
  assert.equal(schema.license, 'Dual BSD/GPL');
});

test('sources are dense: events, maps, globals, trace, text', () => {
  assert.deepEqual(
    schema.sources.map(({ id }) => id),
    schema.sources.map((_, index) => index),
  );
  assert.deepEqual(
    schema.sources.map(({ kind }) => kind),
    ['events', ...Array(5).fill('map'), ...Array(4).fill('globals'), 'trace', 'text'],
  );
  // Within a kind the order is that of the object, which is the compiler's affair.
  assert.deepEqual(schema.sources.map(({ name }) => name).sort(), [
    '.bss',
    '.data',
    '.data.kept',
    '.rodata',
    'events',
    'one',
    'outer',
    'stacks',
    'table',
    'trace',
    'untold',
    'walk',
  ]);
});

test('maps have their sizes and types', () => {
  const table = schema.sources.find(({ name }) => name === 'table');
  assert.equal(table?.mapType, 'lru_percpu_hash');
  assert.equal(table.perCpu, true);
  assert.equal(table.keySize, 20);
  assert.equal(table.maxEntries, 64);
  const value = structOf(table.valueType);
  assert.equal(value.size, table.valueSize);
  assert.deepEqual(
    value.members.map(({ name, offsetBits }) => [name, offsetBits]),
    [
      ['slots', 0],
      ['nested', 256],
      ['', 288],
      ['mode', 416],
      ['ratio', 448],
      ['task', 512],
      ['took', 576],
    ],
  );
  const nested = structOf(value.members[1]?.type);
  assert.deepEqual(
    nested.members.map(({ bitSize }) => bitSize),
    [3, 5, undefined],
  );
  assert.deepEqual(value.members[6]?.tags, ['unit=ns']);
  const mode = typeOf(value.members[3]?.type);
  assert.deepEqual(mode.kind === 'enum' && mode.values, [
    ['OFF', '0'],
    ['ON', '5'],
    ['FAR', '-2'],
  ]);
  assert.equal(typeOf(value.members[4]?.type).kind, 'float');
  const stacks = schema.sources.find(({ name }) => name === 'stacks');
  assert.deepEqual([stacks?.mapType, stacks?.keySize, stacks?.valueSize], ['stack_trace', 4, 1016]);
  const stack = typeOf(stacks?.valueType);
  const frames = stack.kind === 'typedef' ? typeOf(stack.target) : stack;
  assert.deepEqual([frames.kind, frames.kind === 'array' && frames.length], ['array', 127]);
  const untold = schema.sources.find(({ name }) => name === 'untold');
  assert.deepEqual([untold?.keySize, untold?.valueSize, untold?.buildIds], [4, 127 * 32, true]);
  const outer = schema.sources.find(({ name }) => name === 'outer');
  assert.equal(outer?.innerMapType, 'array');
  const inner = schema.types[outer?.valueType ?? -1];
  assert.deepEqual([outer?.valueSize, inner?.kind === 'typedef' && inner.name], [4, 'bpf_map_id']);
});

test('annotations of members, variables and maps are kept', () => {
  const tagsOf = (name: string): string[] | undefined =>
    schema.sources.find((each) => each.name === name)?.tags;
  assert.deepEqual(tagsOf('table'), ['view=table']);
  assert.equal(tagsOf('stacks'), undefined);
  assert.deepEqual(schema.params.find(({ name }) => name === 'pid')?.tags, ['label=Which process']);
  const bss = structOf(schema.sources.find(({ name }) => name === '.bss')?.valueType);
  assert.deepEqual(bss.members.find(({ name }) => name === 'hits')?.tags, ['unit=calls']);
});

test('what is only pointed to stays opaque', () => {
  const task = schema.types.find((type) => type.kind === 'opaque' && type.name === 'task_struct');
  assert.ok(task);
  assert.ok(schema.types.length < 60, `${schema.types.length} types`);
});

test('parameters are the const volatile variables, with their values', () => {
  assert.deepEqual(
    schema.params.map(({ name, initial, size }) => [name, initial, size]),
    [
      ['pid', '-1', 4],
      ['name', '"a b"', 16],
      ['verbose', 'true', 1],
      ['mode', 'ON', 4],
      ['large', '18446744073709551615', 8],
      ['ports', '{80, 443}', 8],
      ['pair', '{a = 3, b = 4}', 8],
    ],
  );
});

test('globals are the author’s variables, static ones too', () => {
  const members = (name: string) =>
    structOf(schema.sources.find((source) => source.name === name)?.valueType).members.map(
      (member) => member.name,
    );
  assert.deepEqual(members('.bss'), ['hits']);
  assert.deepEqual(members('.data'), ['state', 'hidden_state']);
  assert.deepEqual(members('.data.kept'), ['kept']);
  assert.ok(members('.rodata').includes('fixed'));
  assert.ok(!members('.rodata').some((name) => name.includes('fmt')));
  const writable = schema.sources.filter((source) => source.kind === 'globals' && source.writable);
  assert.deepEqual(writable.map(({ name }) => name).sort(), ['.bss', '.data', '.data.kept']);
});

test('programs have their hooks and lines; functions they call are none', () => {
  assert.deepEqual(
    schema.programs.map(({ name, attach, target, needsTarget, line }) => [
      name,
      attach,
      target,
      needsTarget,
      line,
    ]),
    [
      ['first', 'tracepoint', 'syscalls/sys_enter_getppid', false, lineOf('first(')],
      ['second', 'fentry', 'vfs_read', false, lineOf('second,')],
      ['walk', 'iter', 'task', false, lineOf('walk(')],
      ['sample', 'perf_event', '', false, lineOf('sample(')],
    ],
  );
});

function lineOf(text: string): number {
  return TEXT.split('\n').findIndex((row) => row.includes(text)) + 1;
}

test('section names mean what libbpf makes of them', () => {
  const rows: [section: string, type: string, attach: string, target: string, needsTarget: boolean][] = [
    ['tp/syscalls/sys_enter_openat', 'tracepoint', 'tracepoint', 'syscalls/sys_enter_openat', false],
    ['tracepoint', 'tracepoint', 'tracepoint', '', true],
    ['raw_tp/sched_switch', 'raw_tracepoint', 'raw_tracepoint', 'sched_switch', false],
    [
      'raw_tracepoint.w/nbd_send_request',
      'raw_tracepoint_writable',
      'raw_tracepoint',
      'nbd_send_request',
      false,
    ],
    ['tp_btf/sched_switch', 'tracing', 'tp_btf', 'sched_switch', false],
    ['fentry.s/do_unlinkat', 'tracing', 'fentry', 'do_unlinkat', false],
    ['fexit/do_unlinkat', 'tracing', 'fexit', 'do_unlinkat', false],
    ['fmod_ret/x', 'tracing', 'fmod_ret', 'x', false],
    ['kprobe/vfs_read+0x10', 'kprobe', 'kprobe', 'vfs_read+0x10', false],
    ['kretprobe', 'kprobe', 'kretprobe', '', true],
    ['kprobe.multi/vfs_*', 'kprobe', 'kprobe_multi', 'vfs_*', false],
    ['kprobe.session/vfs_*', 'kprobe', 'kprobe_multi', 'vfs_*', false],
    ['ksyscall/openat', 'kprobe', 'ksyscall', 'openat', false],
    ['kretsyscall/openat', 'kprobe', 'kretsyscall', 'openat', false],
    ['uprobe', 'kprobe', 'uprobe', '', true],
    ['uprobe//bin/bash:readline', 'kprobe', 'uprobe', '/bin/bash:readline', false],
    ['uprobe//bin/bash', 'kprobe', 'uprobe', '/bin/bash', true],
    ['uprobe.multi//proc/self/exe:f*', 'kprobe', 'uprobe', '/proc/self/exe:f*', true],
    ['uretprobe.s//bin/bash:readline', 'kprobe', 'uretprobe', '/bin/bash:readline', false],
    ['usdt/libc.so.6:libc:setjmp', 'kprobe', 'usdt', 'libc.so.6:libc:setjmp', false],
    ['iter.s/task', 'tracing', 'iter', 'task', false],
    ['lsm/file_open', 'lsm', 'lsm', 'file_open', false],
    ['lsm_cgroup/socket_bind', 'lsm', 'cgroup', 'socket_bind', true],
    ['xdp', 'xdp', 'xdp', '', true],
    ['xdp.frags', 'xdp', 'xdp', '', true],
    ['xdp/devmap', 'xdp', 'none', '', false],
    ['tc', 'sched_cls', 'tc', '', true],
    ['classifier', 'sched_cls', 'tc', '', true],
    ['tc/ingress', 'sched_cls', 'tc', 'ingress', true],
    ['tcx/egress', 'sched_cls', 'tc', 'egress', true],
    ['cgroup_skb/egress', 'cgroup_skb', 'cgroup', 'egress', true],
    ['cgroup/connect4', 'cgroup_sock_addr', 'cgroup', 'connect4', true],
    ['sockops', 'sock_ops', 'cgroup', '', true],
    ['socket', 'socket_filter', 'socket_filter', '', true],
    ['sk_msg', 'sk_msg', 'none', '', false],
    ['sk_lookup', 'sk_lookup', 'none', '', false],
    ['perf_event', 'perf_event', 'perf_event', '', false],
    ['struct_ops/init', 'struct_ops', 'struct_ops', 'init', false],
    ['syscall', 'syscall', 'none', '', false],
    ['freplace/f', 'ext', 'none', 'f', false],
    ['?kprobe/vfs_read', 'kprobe', 'kprobe', 'vfs_read', false],
    ['nonsense', '', 'none', '', false],
  ];
  for (const [section, type, attach, target, needsTarget] of rows) {
    const hook = hookOfSection(section);
    assert.deepEqual(
      [hook.type, hook.attach, hook.target, hook.needsTarget],
      [type, attach, target, needsTarget],
      section,
    );
  }
});

test('an object without BTF, and what is no object, are refused', () => {
  for (const bytes of [
    new Uint8Array(),
    new Uint8Array(200),
    Buffer.from('\x7fELF and nothing'),
    object.subarray(0, 100),
  ]) {
    assert.throws(() => schemaOfObject(bytes), isBadObject);
  }
});

test('truncated and bit-flipped objects give a schema or bad_object, in time', () => {
  let state = 12345;
  // A linear congruential generator (Numerical Recipes): the same flips each time.
  const random = (below: number): number => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state % below;
  };
  // The header, the section table and .BTF hold what is read; flips elsewhere teach nothing.
  const btf = indexOfBytes(object, [0x9f, 0xeb, 1]);
  for (let round = 0; round < 600; round++) {
    let bytes = Uint8Array.from(object);
    if (round % 4 === 0) bytes = bytes.subarray(0, random(bytes.length));
    else {
      const [from, size] =
        round % 4 === 1 ? [0, 64] : round % 4 === 2 ? [bytes.length - 2_000, 2_000] : [btf, 6_000];
      for (let flips = 1 + random(4); flips > 0; flips--) {
        const at = Math.min(bytes.length - 1, from + random(size));
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      }
    }
    const began = performance.now();
    try {
      schemaOfObject(bytes);
    } catch (error) {
      assert.ok(isBadObject(error), String(error));
    }
    assert.ok(performance.now() - began < 2_000, `round ${round}`);
  }
});

function isBadObject(error: unknown): boolean {
  return error instanceof ProbepadFailure && error.error.code === 'bad_object';
}

function indexOfBytes(bytes: Uint8Array, wanted: number[]): number {
  return Buffer.from(bytes).indexOf(Buffer.from(wanted));
}
