import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EVENTS_SECTION, LOST_SECTION, TRACE_TAG_PLACEHOLDER } from '@probepad/protocol/loader';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { readElf } from './object/elf.ts';
import { compiled, testCompiler } from './testing.ts';

let shared: Awaited<ReturnType<typeof testCompiler>>;
before(async () => {
  shared = await testCompiler();
  await shared.compiler.ready;
});
after(() => shared[Symbol.asyncDispose]());

const HEAD = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { int pid; char comm[16]; };
struct other { u64 value; };
#define RING(name) struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } name SEC(".maps")
#define PERF(name) struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } name SEC(".maps")
`;

async function build(text: string, flags: string[] = []) {
  const outcome = compiled(
    await shared.compiler.compile({ files: [{ name: 'probe.bpf.c', text: HEAD + text }], flags }),
  );
  assert.deepEqual(outcome.diagnostics, []);
  return outcome;
}

function program(body: string): string {
  return `SEC("tp/syscalls/sys_enter_getppid")\nint probe(void *ctx)\n{\n${body}\n\treturn 0;\n}\n`;
}

/** Names of the record types of each event source. */
function records(schema: ProbeSchema): Record<string, string[]> {
  const found = schema.sources.filter(({ kind }) => kind === 'events');
  return Object.fromEntries(
    found.map(({ name, records }) => [
      name,
      records.map(({ type }) => {
        const record = schema.types[type];
        return record && 'name' in record ? record.name : (record?.kind ?? '');
      }),
    ]),
  );
}

/** Offsets and section of the counters, by source name. */
function lost(schema: ProbeSchema): string[] {
  return schema.lostSites.map(({ source }) => schema.sources[source]?.name ?? '').sort();
}

test('reserve and submit: the record’s type and a counter', async () => {
  const { schema } = await build(
    `RING(events);\n${program('struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);\nif (!e) return 0;\ne->pid = 1;\nbpf_ringbuf_submit(e, 0);')}`,
  );
  assert.deepEqual(records(schema), { events: ['event'] });
  assert.equal(schema.sources[0]?.recordsFrom, 'call');
  assert.deepEqual(lost(schema), ['events']);
  assert.equal(schema.lostSites[0]?.section, LOST_SECTION);
  assert.ok(!schema.sources.some(({ name }) => name === LOST_SECTION || name === EVENTS_SECTION));
});

test('output to a ring and to a perf buffer', async () => {
  const { schema } = await build(
    `RING(ring);\nPERF(perf);\n${program('struct event e = {};\nstruct other o = {};\nbpf_ringbuf_output(&ring, &e, sizeof(e), 0);\nbpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &o, sizeof(o));')}`,
  );
  assert.deepEqual(records(schema), { ring: ['event'], perf: ['other'] });
  assert.deepEqual(lost(schema), ['perf', 'ring']);
});

test('a failed reserve of a dynptr has a counter', async () => {
  const { schema } = await build(
    `RING(events);\n${program('struct bpf_dynptr record;\nbpf_ringbuf_reserve_dynptr(&events, 8, 0, &record);\nbpf_ringbuf_submit_dynptr(&record, 0);')}`,
  );
  assert.deepEqual(lost(schema), ['events']);
});

test('a call that may mean several maps counts for one of them', async () => {
  const { schema } = await build(
    `RING(first);\nRING(second);
static __noinline int send(void *map) { struct event e = {}; return bpf_ringbuf_output(map, &e, sizeof(e), 0); }
${program('struct event e = {};\nbpf_ringbuf_output(ctx ? (void *)&first : (void *)&second, &e, sizeof(e), 0);\nsend(&second);')}`,
  );
  assert.equal(lost(schema).length, 2);
});

test('two rings keep their records apart, also in one function', async () => {
  const { schema } = await build(
    `RING(first);\nRING(second);\n${program('struct event *e = bpf_ringbuf_reserve(&first, sizeof(*e), 0);\nif (e) { e->pid = 1; bpf_ringbuf_submit(e, 0); }\nstruct other *o = bpf_ringbuf_reserve(&second, sizeof(*o), 0);\nif (o) { o->value = 1; bpf_ringbuf_submit(o, 0); }')}`,
  );
  assert.deepEqual(records(schema), { first: ['event'], second: ['other'] });
});

test('several kinds of records in one ring are all candidates, each once', async () => {
  const { schema } = await build(
    `RING(events);\n${program('struct event e = {};\nstruct other o = {};\nbpf_ringbuf_output(&events, &e, sizeof(e), 0);\nbpf_ringbuf_output(&events, &o, sizeof(o), 0);\nbpf_ringbuf_output(&events, &e, sizeof(e), 0);')}`,
  );
  assert.deepEqual(records(schema), { events: ['event', 'other'] });
});

test('the declared value of a ring counts before what is sent', async () => {
  const { schema } = await build(
    `struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); __type(value, struct other); } events SEC(".maps");\n${program('struct event e = {};\nbpf_ringbuf_output(&events, &e, sizeof(e), 0);')}`,
  );
  assert.deepEqual(records(schema), { events: ['other'] });
  assert.equal(schema.sources[0]?.recordsFrom, 'declared');
});

test('records sent through a function of the program’s own are found by their size', async () => {
  const { schema } = await build(
    `RING(events);
static __always_inline void send(void *data, u64 size) { bpf_ringbuf_output(&events, data, size, 0); }
${program('struct event e = {};\nsend(&e, sizeof(e));')}`,
  );
  assert.deepEqual(records(schema), { events: ['event'] });
});

test('arrays, scalars and const data are records; bytes and void say nothing', async () => {
  const { schema } = await build(
    `RING(array);\nRING(scalar);\nRING(constant);\nRING(bytes);\nRING(nothing);\nstatic const struct event fixed = { .pid = 1 };\n${program('u64 numbers[4] = {};\nu32 one = 1;\nchar *p = (char *)numbers;\nbpf_ringbuf_output(&array, numbers, sizeof(numbers), 0);\nbpf_ringbuf_output(&scalar, &one, sizeof(one), 0);\nbpf_ringbuf_output(&constant, (void *)&fixed, sizeof(fixed), 0);\nbpf_ringbuf_output(&bytes, p, 30, 0);\nbpf_ringbuf_output(&nothing, (void *)&one, 3, 0);')}`,
  );
  const found = records(schema);
  assert.deepEqual(found.array, ['array']);
  assert.deepEqual(found.scalar, ['u32']);
  assert.deepEqual(found.constant, ['event']);
  assert.deepEqual(found.bytes, []);
  assert.deepEqual(found.nothing, []);
});

test('helpers keep meaning what they mean: addresses, commas in arguments, macros, expressions', async () => {
  await build(
    `RING(events);
#define ARGUMENTS &events, &e, sizeof(e), 0
static long (*alias)(void *, void *, u64, u64);
${program(`struct event e = {};
	void *address = (void *)bpf_ringbuf_submit;
	long result = bpf_ringbuf_output(ARGUMENTS);
	result += bpf_ringbuf_output(&events, &(struct event){ 1, "x" }, sizeof(struct event), 0);
	struct event *r;
	if (!(r = bpf_ringbuf_reserve(&events, sizeof *r, 0))) return 1;
	r->pid = (long)address;
	if (result < 0) bpf_ringbuf_discard(r, 0); else bpf_ringbuf_submit(r, 0);`)}`,
  );
});

test('optimisation levels, BPF_NO_GLOBAL_DATA and a second include change nothing', async () => {
  const body = `RING(events);\n#include <bpf/bpf_helpers.h>\n${program('struct event e = {};\nbpf_ringbuf_output(&events, &e, sizeof(e), 0);\nbpf_printk("line %d", 1);')}`;
  for (const flags of [
    ['-O1'],
    ['-Os'],
    ['-DBPF_NO_GLOBAL_DATA'],
    ['-std=gnu11'],
    ['-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter'],
  ]) {
    const { schema } = await build(body, flags);
    assert.deepEqual(records(schema), { events: ['event'] }, flags.join(' '));
    assert.deepEqual(lost(schema), ['events'], flags.join(' '));
  }
});

test('trace lines carry the tag, whether printed by bpf_printk or directly', async () => {
  const bodies: [string, number][] = [
    ['bpf_printk("none");', 1],
    ['bpf_printk("one %d", 1);\nbpf_printk("two");', 2],
    ['bpf_printk("many %d %d %d %d", 1, 2, 3, 4);', 1],
    ['char format[] = "on the stack %d\\n";\nbpf_trace_printk(format, sizeof(format), 1);', 1],
    ['static const char format[] = "kept %d";\nbpf_trace_printk(format, sizeof(format), 1);', 1],
    // A pointer says nothing about the length: left as it is.
    [
      'static const char format[] = "pointed to";\nconst char *p = format;\nbpf_trace_printk(p, sizeof(format));',
      0,
    ],
  ];
  for (const [body, tags] of bodies) {
    const { object, schema } = await build(program(body));
    const rodata = Buffer.from(readElf(object).section('.rodata')?.content ?? []).toString('latin1');
    assert.equal(rodata.split(TRACE_TAG_PLACEHOLDER).length - 1, tags, body);
    assert.ok(
      schema.sources.some(({ kind }) => kind === 'trace'),
      body,
    );
    assert.deepEqual(schema.params, [], body);
  }
});

test('what an iterator writes are records where it is one struct, and text where it prints', async () => {
  const walk = (name: string, body: string): string =>
    `SEC("iter/task") int ${name}(struct bpf_iter__task *ctx)\n{\n\tstruct seq_file *seq = ctx->meta->seq;\n${body}\n\treturn 0;\n}\n`;
  const sourcesOf = async (text: string) => {
    const { schema } = await build(text);
    return schema.sources.map(({ name, kind }) => [name, kind, records(schema)[name]?.join() ?? '']);
  };
  const write = (type: string): string => `struct ${type} it = {};\nbpf_seq_write(seq, &it, sizeof(it));`;
  assert.deepEqual(await sourcesOf(walk('one', write('event')) + walk('two', write('other'))), [
    ['one', 'events', 'event'],
    ['two', 'events', 'other'],
  ]);
  const helper = `static int put(struct seq_file *seq, struct event *it) { return bpf_seq_write(seq, it, sizeof(*it)); }\n`;
  assert.deepEqual(await sourcesOf(helper + walk('one', 'struct event it = {};\nput(seq, &it);')), [
    ['one', 'events', 'event'],
  ]);
  const either = `{ ${write('event')} }\n{ ${write('other')} }`;
  const word = 'char word[16] = "a";\nbpf_seq_write(seq, word, 1);';
  const other = helper.replaceAll('struct event', 'struct other');
  const called = `${write('event')}\nstruct other too = {};\nput(seq, &too);`;
  const printed = `struct btf_ptr shown = { .ptr = seq };\nbpf_seq_printf_btf(seq, &shown, sizeof(shown), 0);\n${write('event')}`;
  for (const text of [
    walk('one', either),
    walk('one', word),
    other + walk('one', called),
    walk('one', printed),
  ]) {
    assert.deepEqual(await sourcesOf(text), [['one', 'text', '']]);
  }
});

test('a program that declares its helpers itself is left alone', async () => {
  const text = `#include <linux/bpf.h>
static long (*bpf_trace_printk)(const char *fmt, unsigned int size, ...) = (void *)6;
__attribute__((section("tracepoint/syscalls/sys_enter_getppid"), used)) int probe(void *ctx)
{
	char format[] = "own";
	return bpf_trace_printk(format, sizeof(format));
}
`;
  const outcome = compiled(await shared.compiler.compile({ files: [{ name: 'probe.c', text }], flags: [] }));
  assert.equal(readElf(outcome.object).section(LOST_SECTION), undefined);
});

test('names of newer libbpf releases work with older headers', async () => {
  const text = `#include <bpf/bpf_tracing.h>
extern int bpf_new_function(void) __ksym __weak;
SEC("uprobe//bin/bash:readline") int BPF_UPROBE(enter, const char *prompt) { return bpf_ksym_exists(bpf_new_function); }
SEC("uretprobe//bin/bash:readline") int BPF_URETPROBE(leave, const char *line) { return 0; }
SEC("raw_tp/sys_enter") int loop(void *ctx) { int i, sum = 0; bpf_for(i, 0, 100) sum += i; bpf_repeat(3) sum++; return sum & 1; }
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u32); __ulong(map_extra, 1ULL << 44); } one SEC(".maps");
`;
  const { schema } = await build(text);
  assert.deepEqual(
    schema.programs.map(({ name, attach, needsTarget }) => [name, attach, needsTarget]),
    [
      ['enter', 'uprobe', false],
      ['leave', 'uretprobe', false],
      ['loop', 'raw_tracepoint', false],
    ],
  );
});
