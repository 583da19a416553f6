import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asksForType, recordTypeOf, structNameOf } from '@probepad/protocol/record-types';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { compiled, testCompiler } from '../testing.ts';

const own = await testCompiler();
before(() => own.compiler.ready);
after(() => own[Symbol.asyncDispose]());

const STRUCTS = `struct open_event { __u32 type; __u32 pid; __u64 file; };
struct close_event { __u32 type; __u32 fd; __u64 took; };`;

/** Of a program that sends two structs of one size to one buffer. */
async function schemaOf(constants: string, structs = STRUCTS): Promise<ProbeSchema> {
  const text = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
${constants}
${structs}
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
SEC("tp/syscalls/sys_enter_getppid") int both(void *ctx)
{
	struct open_event open = {};
	struct close_event close = {};
	bpf_ringbuf_output(&events, &open, sizeof(open), 0);
	bpf_ringbuf_output(&events, &close, sizeof(close), 0);
	return 0;
}
`;
  const files = [{ name: 'kinds.bpf.c', text }];
  return compiled(await own.compiler.compile({ files, flags: [] })).schema;
}

/** The struct of a record of sixteen bytes that begins with this number; undefined where the user is asked. */
function structOf(schema: ProbeSchema, first: number): string | undefined {
  const source = schema.sources.find(({ name }) => name === 'events');
  assert.ok(source?.records.length === 2);
  if (asksForType(schema, source)) return undefined;
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, first, true);
  return structNameOf(schema, recordTypeOf(schema, source)(view, 0, 16) ?? -1);
}

test('records are told apart by the constants that the text has for the number they begin with', async () => {
  const texts = [
    '#define EVENT_OPEN 7\n#define EVENT_CLOSE (8U)\n#define MAX_OPEN 64\n#define MAX_CLOSE 65',
    'enum { OPEN_EVENT = 7, CLOSE_EVENT /* 8 */ };',
    '#define OPEN 0x7 // is opened\n#define CLOSE 0x8',
  ];
  for (const text of texts) {
    const schema = await schemaOf(text);
    assert.equal(structOf(schema, 7), 'open_event', text);
    assert.equal(structOf(schema, 8), 'close_event', text);
  }
});

test('constants that name the structs twice, or not all of them, tell nothing', async () => {
  const texts = [
    '#define EVENT_OPEN 7',
    '#define EVENT_OPEN 7\n#define EVENT_CLOSE 7',
    '#define EVENT_OPEN 7\n#define EVENT_CLOSE 8\n#define OP_OPEN 8\n#define OP_CLOSE 7',
    '#ifdef OTHER\n#define EVENT_OPEN 1\n#else\n#define EVENT_OPEN 7\n#endif\n#define EVENT_CLOSE 8',
    '#define OPEN_SIZE 7\n#define CLOSE_SIZE 8',
  ];
  for (const text of texts) assert.equal(structOf(await schemaOf(text), 7), undefined, text);
  const numbers = '#define EVENT_OPEN 7\n#define EVENT_CLOSE 8';
  const people = STRUCTS.replaceAll('type', 'pid_of');
  assert.equal(structOf(await schemaOf(numbers, people), 7), undefined, 'it begins with a pid');
});
