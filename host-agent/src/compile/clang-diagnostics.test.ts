import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { diagnosticsOfClang } from './clang-diagnostics.ts';
import { testCompiler } from './testing.ts';

let shared: Awaited<ReturnType<typeof testCompiler>>;
before(async () => {
  shared = await testCompiler();
});
after(() => shared[Symbol.asyncDispose]());

const HEAD = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
`;

async function diagnose(
  text: string,
  more: { name: string; text: string }[] = [],
  flags: string[] = [],
): Promise<Diagnostic[]> {
  return (await shared.compiler.compile({ files: [{ name: 'probe.bpf.c', text }, ...more], flags }))
    .diagnostics;
}

test('an error is at its line and column, counted as editors count', async () => {
  const [diagnostic, ...others] = await diagnose(`${HEAD}char *text = "日本 😀"; int x = unknown_name;\n`);
  assert.deepEqual(others, []);
  assert.equal(diagnostic?.message, "use of undeclared identifier 'unknown_name'");
  assert.equal(diagnostic?.severity, 'error');
  assert.deepEqual(diagnostic?.place, {
    file: 'probe.bpf.c',
    line: 4,
    column: 31,
    endLine: 4,
    endColumn: 43,
  });
});

test('a warning has its option', async () => {
  const [diagnostic] = await diagnose(`${HEAD}int f(void) { int unused; return 0; }\n`, [], ['-Wall']);
  assert.equal(diagnostic?.severity, 'warning');
  assert.equal(diagnostic?.option, '-Wunused-variable');
  assert.equal(diagnostic?.message, "unused variable 'unused'");
});

test('notes belong to their error', async () => {
  const [diagnostic] = await diagnose(
    `${HEAD}struct later;\nstruct later value;\nint y = sizeof(struct later);\n`,
  );
  assert.match(diagnostic?.message ?? '', /incomplete type/);
  assert.deepEqual(diagnostic?.notes[0]?.place?.line, 4);
});

test('an error in a header of the snippet is in that header', async () => {
  const [diagnostic] = await diagnose(`${HEAD}#include "own.h"\n`, [
    { name: 'own.h', text: '\nint wrong = ;\n' },
  ]);
  assert.deepEqual(diagnostic?.place, { file: 'own.h', line: 2, column: 13, endLine: 2, endColumn: 14 });
});

test('errors in a header of the machine are one error at the line that includes it', async () => {
  const diagnostics = await diagnose('\n#include <bpf/bpf_helpers.h>\nint wrong = ;\n');
  const [first] = diagnostics;
  assert.deepEqual(first?.place, { file: 'probe.bpf.c', line: 2, column: 1, endLine: 2, endColumn: 29 });
  assert.match(first?.message ?? '', /^unknown type name '__u64' \(in bpf\/bpf_helper_defs\.h, line \d+\)$/);
  assert.match(first?.notes[0]?.message ?? '', /left out/);
  assert.equal(diagnostics.filter(({ place }) => place?.line === 2).length, 1);
});

test('an error in an argument of a wrapped helper is told once, where it is', async () => {
  const text = `${HEAD}struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } rb SEC(".maps");
SEC("tp/syscalls/sys_enter_getppid") int f(void *ctx)
{
	bpf_ringbuf_output(&rb, &missing, 8, 0);
	return 0;
}
`;
  const diagnostics = await diagnose(text);
  assert.deepEqual(
    diagnostics.map(({ message, place }) => [message, place?.line, place?.column]),
    [["use of undeclared identifier 'missing'", 7, 27]],
  );
});

test('the backend’s limits are errors with a place and a remedy', async () => {
  const text = `${HEAD}static __noinline int use(volatile char *p) { return p[3]; }
SEC("tp/syscalls/sys_enter_getppid") int f(void *ctx)
{
	volatile char large[600];
	large[1] = 2;
	return use(large);
}
`;
  const diagnostics = await diagnose(text);
  assert.match(diagnostics[0]?.message ?? '', /stack limit/);
  assert.equal(diagnostics[0]?.severity, 'error');
  assert.equal(diagnostics[0]?.place?.file, 'probe.bpf.c');
  assert.match(diagnostics[0]?.remedy ?? '', /PERCPU_ARRAY/);
});

test('the commonest mistakes come with what to do', async () => {
  const remedies: [string, RegExp][] = [
    ['#include <bpf/bpf_helpers.h>\n', /vmlinux\.h/],
    ['#include "vmlinux.h"\nint f(void) { bpf_ktime_get_ns(); return 0; }', /bpf_helpers\.h/],
    ['#include "vmlinux.h"\nSEC("xdp") int f(void) { return 0; }', /bpf_helpers\.h/],
    [`${HEAD}int f(struct task_struct *t) { return BPF_CORE_READ(t, pid); }`, /bpf_core_read\.h/],
    [`${HEAD}int f(void) { return ETH_P_IP; }`, /no macros/],
    [`${HEAD}#include "../secret.h"\n`, /own files/],
    ['#include <bpf/bpf_helpers.h>\n#include "vmlinux.h"\n', /Put #include "vmlinux\.h" first/],
  ];
  for (const [text, expected] of remedies) {
    const diagnostics = await diagnose(text);
    assert.ok(
      diagnostics.some(({ remedy }) => expected.test(remedy ?? '')),
      `${text}: ${JSON.stringify(diagnostics.slice(0, 3))}`,
    );
  }
});

test('formats of other clang releases', () => {
  const lines = new Map([['probe.bpf.c', ['', 'int main() {']]]);
  const text = [
    'error: probe.bpf.c:2:5: in function main i32 (ptr): Looks like the BPF stack limit of 512 bytes is exceeded.',
    'fatal error: error in backend: Cannot select: t1',
    "clang: error: unknown argument: '-mcpu=v9'",
    'probe.bpf.c:2:1:{2:1-2:4}{2:5-2:9}: warning: odd [-Wodd,-Wmore]',
    '2 warnings generated.',
  ].join('\n');
  const found = diagnosticsOfClang(text, lines, '/snippet');
  assert.deepEqual(
    found.map(({ severity, place, option }) => [severity, place?.line, place?.endColumn, option]),
    [
      ['error', 2, 9, undefined],
      ['error', undefined, undefined, undefined],
      ['error', undefined, undefined, undefined],
      ['warning', 2, 4, '-Wodd'],
    ],
  );
});
