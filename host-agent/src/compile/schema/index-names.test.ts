import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { resolveType } from '@probepad/protocol/types';
import { elementNames } from '@probepad/protocol/values/element-names';
import { compiled, testCompiler } from '../testing.ts';

const own = await testCompiler();
before(() => own.compiler.ready);
after(() => own[Symbol.asyncDispose]());

async function schemaOf(declarations: string, uses: string): Promise<ProbeSchema> {
  const text = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
${declarations}
SEC("tp/syscalls/sys_enter_getppid") int count(void *ctx)
{
	u32 at = bpf_get_smp_processor_id();
	${uses}
	return 0;
}
`;
  const { schema } = compiled(
    await own.compiler.compile({ files: [{ name: 'names.bpf.c', text }], flags: [] }),
  );
  return schema;
}

/** Names of the elements of a global list. */
function namesOf(schema: ProbeSchema, variable: string): readonly string[] | undefined {
  for (const { valueType } of schema.sources.filter(({ kind }) => kind === 'globals')) {
    const section = resolveType(schema, valueType ?? 0);
    const member = section.kind === 'struct' && section.members.find(({ name }) => name === variable);
    if (!member) continue;
    const list = resolveType(schema, member.type);
    return list.kind === 'array' ? elementNames(schema, member.index, list.length) : undefined;
  }
  return assert.fail(`no variable ${variable}`);
}

test('elements have the names of the enum whose last value is the length', async () => {
  const schema = await schemaOf(
    `enum stat_types { S_READ, S_WRITE, /* S_NOT, */ S_OPEN = 2, S_MAXSTAT, };
u64 stats[S_MAXSTAT] = {};`,
    'if (at < S_MAXSTAT) stats[at]++;',
  );
  assert.deepEqual(namesOf(schema, 'stats'), ['READ', 'WRITE', 'OPEN']);
});

test('the enum may be one of the kernel, and the length defined as another word', async () => {
  const schema = await schemaOf(
    `#define KINDS NR_SOFTIRQS
u64 counts[KINDS], spent[NR_SOFTIRQS];`,
    'if (at < KINDS) { counts[at]++; spent[at]++; }',
  );
  assert.ok(namesOf(schema, 'counts')?.includes('NET_RX'));
  assert.deepEqual(namesOf(schema, 'spent'), namesOf(schema, 'counts'));
});

test('a list as long as an enum by chance, or by a macro, keeps its numbers', async () => {
  const schema = await schemaOf(
    `#define SLOTS 4
enum color { RED, GREEN, BLUE, COLORS_MAX = 4 };
enum two { ONE_MAX = 3 };
u64 slots[SLOTS], plain[4], longer[COLORS_MAX + 1], lonely[ONE_MAX];`,
    'if (at < 3) { slots[at]++; plain[at]++; longer[at]++; lonely[at]++; slots[RED]++; }',
  );
  for (const name of ['slots', 'plain', 'longer', 'lonely']) {
    assert.equal(namesOf(schema, name), undefined, name);
  }
});

test('an annotation says which enum it is, or that none is', async () => {
  const schema = await schemaOf(
    `enum kind { KIND_A, KIND_B, KIND_MAX };
u64 chosen[8] __attribute__((btf_decl_tag("probepad:index=enum kind")));
u64 refused[KIND_MAX] __attribute__((btf_decl_tag("probepad:index=none")));
u64 irqs[4] __attribute__((btf_decl_tag("probepad:index=NR_SOFTIRQS")));`,
    'if (at < KIND_MAX) { chosen[at]++; refused[at]++; irqs[at]++; }',
  );
  assert.deepEqual(namesOf(schema, 'chosen'), ['A', 'B', 'MAX', '3', '4', '5', '6', '7']);
  assert.equal(namesOf(schema, 'refused'), undefined);
  assert.deepEqual(namesOf(schema, 'irqs'), ['HI', 'TIMER', 'NET_TX', 'NET_RX']);
});

test('lists of one name that are counted by different enums of one length keep their numbers', async () => {
  const schema = await schemaOf(
    `enum a { A_X, A_Y, A_MAX };
enum b { B_X, B_Y, B_MAX };
struct first { u64 list[A_MAX]; };
struct second { u64 list[B_MAX]; };
struct first one; struct second other;`,
    'if (at < A_MAX) { one.list[at]++; other.list[at]++; }',
  );
  const lists = schema.types.flatMap((type) =>
    type.kind === 'struct' ? type.members.filter(({ name }) => name === 'list') : [],
  );
  assert.deepEqual(
    lists.map(({ index }) => index),
    [undefined, undefined],
  );
});

test('a list of the same name with a length in digits takes no names, and an index is no length', async () => {
  const schema = await schemaOf(
    `enum kind { K_OPEN, K_CLOSE, K_MAX };
enum place { P_NEAR, P_FAR, P_MAX };
struct lat { u64 list[2]; };
struct kinds { u64 list[K_MAX], slots[P_MAX]; };
struct lat one; struct kinds other;
static u64 *const unused, places[P_MAX] __attribute__((aligned(16))) = {};`,
    `struct kinds *k = &other;
	if (at < K_MAX) { one.list[at]++; other.list[at]++; k->slots[K_CLOSE]++; other.slots[K_MAX - 1] = at; }
	if (at < P_MAX) places[at]++;
	places[K_CLOSE] = 1; at = places[K_OPEN];`,
  );
  const members = schema.types.flatMap((type) => (type.kind === 'struct' ? type.members : []));
  const indexed = (name: string) => members.filter((each) => each.name === name).map(({ index }) => index);
  assert.deepEqual(indexed('list'), [undefined, undefined]);
  assert.equal(typeof indexed('slots')[0], 'number');
  assert.deepEqual(namesOf(schema, 'places'), ['NEAR', 'FAR']);
});

test('an enum of constants names no elements', async () => {
  const schema = await schemaOf(
    `enum { RETRIES = 3, DEPTH = 5, SLOTS = 8 };
enum { FIRST, SECOND, PAIR, LIMIT = 100 };
u64 slots[SLOTS], pair[PAIR];`,
    'if (at < PAIR) { slots[at]++; pair[at]++; }',
  );
  for (const name of ['slots', 'pair']) assert.equal(namesOf(schema, name), undefined, name);
});

test('keys of an array map have the names of the enum that it has entries for', async () => {
  const schema = await schemaOf(
    `enum verdict { VERDICT_PASS, VERDICT_DROP, VERDICTS };
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, VERDICTS); __type(key, u32); __type(value, u64); } verdicts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, VERDICTS); __type(key, u32); __type(value, u64); } hashed SEC(".maps");`,
    'bpf_map_lookup_elem(&verdicts, &at); bpf_map_lookup_elem(&hashed, &at);',
  );
  const keyOf = (name: string) => {
    const source = schema.sources.find((each) => each.name === name);
    return resolveType(schema, source?.keyType ?? 0);
  };
  const key = keyOf('verdicts');
  assert.equal(key.kind, 'enum');
  assert.deepEqual(key.kind === 'enum' && key.values[1], ['VERDICT_DROP', '1']);
  assert.equal(keyOf('hashed').kind, 'int');
});

test('a length that is an expression is no pattern that the text is searched by', async () => {
  const schema = await schemaOf('u64 stats[+3];', 'if (at < 3) stats[at]++;');
  assert.equal(namesOf(schema, 'stats'), undefined);
});
