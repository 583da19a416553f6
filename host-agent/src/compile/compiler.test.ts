import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ProbepadFailure } from '@probepad/protocol/errors';
import { compileError } from './compile-error.ts';
import { createCompiler } from './compiler.ts';
import { schemaOfObject } from './schema-of-object.ts';
import { compiled, LOADER, testCompiler } from './testing.ts';

const HELLO = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
const volatile int wanted = 7;
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, struct task_struct *); } tasks SEC(".maps");
SEC("tp/syscalls/sys_enter_getppid")
int hello(void *ctx)
{
	bpf_printk("hello %d", wanted);
	return 0;
}
`;

let shared: Awaited<ReturnType<typeof testCompiler>>;
before(async () => {
  shared = await testCompiler();
  await shared.compiler.ready;
});
after(() => shared[Symbol.asyncDispose]());

function compile(text: string, flags: string[] = [], more: { name: string; text: string }[] = []) {
  return shared.compiler.compile({ files: [{ name: 'probe.bpf.c', text }, ...more], flags });
}

test('a program becomes an object with its schema', async () => {
  const outcome = compiled(await compile(HELLO));
  assert.equal(outcome.schema.license, 'GPL');
  assert.deepEqual(outcome.schema.programs, [
    {
      name: 'hello',
      section: 'tp/syscalls/sys_enter_getppid',
      type: 'tracepoint',
      attach: 'tracepoint',
      target: 'syscalls/sys_enter_getppid',
      needsTarget: false,
      targetExample: 'syscalls/sys_enter_openat',
      file: 'probe.bpf.c',
      line: 7,
    },
  ]);
  assert.match(outcome.hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(outcome.diagnostics, []);
});

test('the same again comes from the cache, byte by byte, and so does a failure', async () => {
  const text = `${HELLO}// again\n`;
  const first = compiled(await compile(text));
  const second = compiled(await compile(text));
  assert.equal(first.cached, false);
  assert.equal(second.cached, true);
  assert.equal(second.hash, first.hash);
  assert.deepEqual(second.schema, first.schema);

  const wrong = 'int broken = ;\n';
  assert.equal((await compile(wrong)).cached, false);
  const known = await compile(wrong);
  assert.equal(known.cached, true);
  assert.equal(known.ok, false);
  assert.equal(known.diagnostics.length, 1);
});

test('another flag, file or text is another compile', async () => {
  const text = `#include "own.h"\n${HELLO}`;
  const own = (value: number) => [{ name: 'own.h', text: `#define OWN ${value}\nint own = OWN + MORE;` }];
  const one = compiled(await compile(text, ['-DMORE=1'], own(1)));
  const two = compiled(await compile(text, ['-DMORE=1'], own(2)));
  const three = compiled(await compile(text, ['-DMORE=2'], own(1)));
  assert.equal(new Set([one.hash, two.hash, three.hash]).size, 3);
});

test('the precompiled header changes nothing but the time', async () => {
  // A line of code in front of the include keeps the precompiled header out.
  const plain = compiled(await compile(`extern int nothing;\n${HELLO}`));
  const fast = compiled(await compile(`\n${HELLO}`));
  assert.deepEqual(fast.schema, plain.schema);
  assert.deepEqual(btfOf(fast.object), btfOf(plain.object));
  const kernel = (await readdir(join(shared.folder, 'box'))).find((name) => name.startsWith('kernel-'));
  const files = await readdir(join(shared.folder, 'box', kernel ?? ''));
  assert.ok(files.some((name) => name.endsWith('.pch')));
  assert.deepEqual(shared.log, []);
});

test('a program that sets macros for vmlinux.h, or brings its own, gets them', async () => {
  const without = `#define BPF_NO_PRESERVE_ACCESS_INDEX\n${HELLO}`;
  compiled(await compile(without));
  const own = [
    {
      name: 'vmlinux.h',
      text: '#define OWN_HEADER 1\ntypedef unsigned int u32, __u32; typedef unsigned long long __u64; typedef unsigned short __u16; typedef int __s32; typedef long long __s64; typedef __u16 __be16; typedef __u32 __be32, __wsum; enum { BPF_MAP_TYPE_HASH = 1 }; struct task_struct;',
    },
  ];
  compiled(
    await compile(`${HELLO}\n#ifndef OWN_HEADER\n#error the kernel's header was taken\n#endif\n`, [], own),
  );
});

test('programs without vmlinux.h use the headers of the machine', async () => {
  const text = `#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
SEC("xdp") int pass(struct xdp_md *ctx) { uint32_t x = bpf_htons(ETH_P_IP) + IPPROTO_TCP; return x ? XDP_PASS : XDP_DROP; }
char LICENSE[] SEC("license") = "GPL";
`;
  const { schema } = compiled(await compile(text));
  assert.equal(schema.programs[0]?.attach, 'xdp');
});

test('a compile that is aborted rejects, and the next one works', async () => {
  const controller = new AbortController();
  const running = shared.compiler.compile(
    { files: [{ name: 'probe.bpf.c', text: `${HELLO}// aborted` }], flags: [] },
    controller.signal,
  );
  controller.abort();
  await assert.rejects(running, { name: 'AbortError' });
  compiled(await compile(`${HELLO}// aborted`));
});

test('many at once all end', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, index) => compile(`${HELLO}int number_${index} = ${index};\n`)),
  );
  assert.equal(new Set(outcomes.map((outcome) => compiled(outcome).hash)).size, 8);
});

test('a broken precompiled header is left aside', async () => {
  await using own = await testCompiler();
  await own.compiler.ready;
  const kernel = (await readdir(join(own.folder, 'box'))).find((name) => name.startsWith('kernel-')) ?? '';
  const pch = (await readdir(join(own.folder, 'box', kernel))).find((name) => name.endsWith('.pch')) ?? '';
  await writeFile(join(own.folder, 'box', kernel, pch), 'nothing that a compiler knows');
  compiled(await own.compiler.compile({ files: [{ name: 'probe.bpf.c', text: HELLO }], flags: [] }));
  assert.equal(own.log.length, 1);
});

test('no program takes the precompiled header away from the others', async () => {
  const words = "unable to read PCH file: malformed or corrupted AST file 'vmlinux.pch'";
  const texts = [
    `${HELLO}int AST = foo;\n`,
    `${HELLO}#error ${words}\n`,
    // The backend reports without a place what it can't compile, and the name is the program's.
    `${HELLO}void away(void) __asm__("PCH file AST file"); SEC("xdp") int x(void *ctx) { away(); return 0; }\n`,
    `${HELLO}__asm__("PCH file AST file");\n`,
  ];
  for (const text of texts) await compile(text);
  assert.deepEqual(shared.log, []);
});

test('a compile that ran out of time says whether the host was slow or the program endless', () => {
  const nothing = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), signal: null, overflow: undefined };
  const result = { ...nothing, code: null, timedOut: true, broken: undefined, milliseconds: 10_000 };
  assert.match(compileError(result, [], true)?.remedy ?? '', /after 10 s: this host was still precompiling/);
  assert.match(compileError(result, [], false)?.remedy ?? '', /after 10 s: look for a macro/);
});

test('a cache folder that others cannot enter still compiles', {
  skip: process.getuid?.() !== 0 && 'only root has a uid to give up',
}, async () => {
  const closed = await mkdtemp(join(tmpdir(), 'probepad-closed-'));
  await chmod(closed, 0o700);
  try {
    const compiler = await createCompiler({ cacheDir: join(closed, 'cache'), loaderPath: LOADER });
    compiled(await compiler.compile({ files: [{ name: 'probe.bpf.c', text: HELLO }], flags: [] }));
    await compiler.ready;
    assert.equal((await stat(closed)).mode & 0o777, 0o700);
  } finally {
    await rm(closed, { recursive: true, force: true });
  }
});

test('what killed agents and past kernels left is deleted', async () => {
  await using own = await testCompiler();
  const box = join(own.folder, 'box');
  const old = new Date(Date.now() - 3_600_000);
  for (const name of ['snippets/snippet-left', 'kernel-1', 'kernel-2', 'kernel-3', 'kernel-4']) {
    await mkdir(join(box, name));
    await utimes(join(box, name), old, old);
  }
  const again = await createCompiler({ cacheDir: own.folder, loaderPath: LOADER });
  await again.ready;
  assert.deepEqual(await readdir(join(box, 'snippets')), []);
  assert.equal((await readdir(box)).filter((name) => name.startsWith('kernel-')).length, 3);
});

test('without clang the error says so', async () => {
  await assert.rejects(
    createCompiler({ cacheDir: shared.folder, loaderPath: LOADER, clang: '/nonexistent/clang' }),
    (error: ProbepadFailure) => error.error.code === 'no_compiler',
  );
});

test('vmlinux.h is the kernel’s own', async () => {
  const text = await readFile(await shared.compiler.header(), 'utf8');
  assert.match(text, /^#ifndef __VMLINUX_H__/m);
  assert.match(text, /^struct task_struct \{/m);
  assert.match(shared.compiler.facts().btf, /^[0-9a-f]{64}$/);
  assert.match(shared.compiler.facts().clang, /^\d+\./);
});

/** All types of the object, in order, as the schema's own reader sees them. */
function btfOf(object: Uint8Array): unknown {
  return schemaOfObject(object).types;
}

const CALLS_KFUNC = `SEC("tp/syscalls/sys_enter_getppid")
int probe(void *ctx)
{
	struct task_struct *task = bpf_ksym_exists(bpf_task_from_pid) ? bpf_task_from_pid(1) : NULL;

	if (task)
		bpf_task_release(task);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
`;
const INCLUDES = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n';

/** pahole tags kfuncs in BTF since kernel 6.10; before, nothing tells which functions they are. */
const kfuncsUntold = (): string | false =>
  !readFileSync('/sys/kernel/btf/vmlinux').includes('\0bpf_kfunc\0') && 'this kernel’s BTF tags no kfuncs';

test('kernel functions for BPF can be called without prototypes of one’s own', {
  skip: kfuncsUntold(),
}, async () => {
  const outcome = compiled(await compile(INCLUDES + CALLS_KFUNC));
  assert.deepEqual(outcome.diagnostics, []);
});

test('prototypes of one’s own may be the same as the kernel’s or differ from them', async () => {
  const same = `extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
`;
  const others = `extern struct task_struct *bpf_task_from_pid(long pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
`;
  for (const prototypes of [same, others]) {
    const outcome = compiled(await compile(INCLUDES + prototypes + CALLS_KFUNC));
    assert.deepEqual(outcome.diagnostics, []);
  }
});

test('a function of one’s own may have the name of a kernel function for BPF', async () => {
  const own = `static __noinline int bpf_task_from_pid(struct task_struct *task) { return task->pid; }
SEC("raw_tp/sched_switch")
int probe(void *ctx) { return bpf_task_from_pid((void *)bpf_get_current_task_btf()); }
char LICENSE[] SEC("license") = "GPL";
`;
  assert.deepEqual(compiled(await compile(INCLUDES + own)).diagnostics, []);
});
