import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { SourceFile } from '@probepad/protocol/control/run';
import { compiled, standbyFolders, testCompiler, untilStandby } from './testing.ts';

const KERNEL = '#include "vmlinux.h"\n';
const HELLO = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "own.h"
char LICENSE[] SEC("license") = "GPL";
SEC("tp/syscalls/sys_enter_getppid")
int hello(void *ctx)
{
	return OWN;
}
`;

/** Twice as long at each level: no end in ten seconds. */
const ENDLESS = `${KERNEL}#define A0 1 +
${Array.from({ length: 40 }, (_, at) => `#define A${at + 1} A${at} A${at}`).join('\n')}
int endless = A40 0;
`;

let ahead: Awaited<ReturnType<typeof testCompiler>>;
let plain: Awaited<ReturnType<typeof testCompiler>>;
before(async () => {
  [ahead, plain] = await Promise.all([testCompiler({ standby: true }), testCompiler()]);
  await Promise.all([ahead.compiler.ready, plain.compiler.ready]);
});
after(async () => {
  await ahead[Symbol.asyncDispose]();
  await plain[Symbol.asyncDispose]();
});

function files(own: string, text = HELLO): SourceFile[] {
  return [
    { name: 'probe.bpf.c', text },
    { name: 'own.h', text: own },
  ];
}

/** Compiles something, so that the next of this shape finds one. */
async function ready(name = 'probe.bpf.c'): Promise<string> {
  await ahead.compiler.compile({
    files: [{ name, text: `${KERNEL}int number = ${Math.random()};` }],
    flags: [],
  });
  return untilStandby(ahead.folder, name);
}

async function usedUp(folder: string): Promise<boolean> {
  return !(await standbyFolders(ahead.folder, 'probe.bpf.c')).includes(folder);
}

test('one that stands by gives the same object, line by line, from all files', async () => {
  for (const text of [HELLO, `${HELLO}int again = __LINE__; const char name[] = __FILE__;\n`]) {
    compiled(await ahead.compiler.compile({ files: files('#define OWN 0', `${text}// first`), flags: [] }));
    const folder = await untilStandby(ahead.folder);
    const probe = { files: files('#define OWN 1', text), flags: [] };
    const outcome = compiled(await ahead.compiler.compile(probe));
    assert.ok(await usedUp(folder), 'the one that stood by compiled it');
    assert.equal(outcome.cached, false);
    assert.equal(outcome.hash, compiled(await plain.compiler.compile(probe)).hash);
  }
});

test('errors have their places', async () => {
  const probe = { files: files('#define OWN nothing', `${HELLO}int broken = ;\n`), flags: [] };
  const folder = await ready();
  const outcome = await ahead.compiler.compile(probe);
  assert.ok(await usedUp(folder));
  const expected = await plain.compiler.compile(probe);
  assert.ok(!outcome.ok && !expected.ok);
  assert.equal(outcome.error.code, 'compile_failed');
  assert.deepEqual(outcome.diagnostics, expected.diagnostics);
  assert.deepEqual(
    outcome.diagnostics.filter(({ severity }) => severity === 'error').map(({ place }) => place?.line),
    [8, 10],
  );
});

test('a file that includes itself, one with nothing in it and one larger than a pipe', async () => {
  const self = `${KERNEL}#ifndef INSIDE\n#define INSIDE\n#include "probe.bpf.c"\n#else\nint inside;\n#endif\n`;
  const large = `${KERNEL}int large;\n${'// filler, filler, filler\n'.repeat(4_000)}`;
  for (const text of [self, KERNEL, large]) {
    const folder = await ready();
    const probe = { files: [{ name: 'probe.bpf.c', text }], flags: [] };
    const [outcome, expected] = [await ahead.compiler.compile(probe), await plain.compiler.compile(probe)];
    // What a pipe can't take at once is compiled without.
    assert.ok(await usedUp(folder));
    assert.equal(outcome.ok, expected.ok);
    assert.deepEqual(outcome.diagnostics, expected.diagnostics);
    // To clang the file that includes itself is two: its debug information names both.
    if (outcome.ok && expected.ok) assert.deepEqual(outcome.schema, expected.schema);
  }
});

test('other names and flags are compiled without it', async () => {
  const folder = await ready();
  const text = 'int other = OTHER;\n';
  const outcome = compiled(
    await ahead.compiler.compile({ files: [{ name: 'other.bpf.c', text }], flags: ['-DOTHER=1'] }),
  );
  assert.ok(outcome.schema);
  // Then one of the new shape takes its place.
  await untilStandby(ahead.folder, 'other.bpf.c');
  assert.ok(await usedUp(folder));
});

test('of two at once one has it, and both are right', async () => {
  await ready();
  const probes = [1, 2].map((number) => ({
    files: files(`#define OWN ${number}`, `${HELLO}int at_once = ${number};\n`),
    flags: [],
  }));
  const outcomes = await Promise.all(probes.map((probe) => ahead.compiler.compile(probe)));
  for (const [index, probe] of probes.entries()) {
    const outcome = outcomes[index];
    assert.ok(outcome);
    assert.equal(compiled(outcome).hash, compiled(await plain.compiler.compile(probe)).hash);
  }
});

test('a compile that takes it and is aborted rejects; the next one works', async () => {
  const folder = await ready();
  const controller = new AbortController();
  const running = ahead.compiler.compile(
    { files: [{ name: 'probe.bpf.c', text: ENDLESS }], flags: [] },
    controller.signal,
  );
  setTimeout(() => controller.abort(), 300);
  await assert.rejects(running, { name: 'AbortError' });
  assert.ok(await usedUp(folder));
  compiled(await ahead.compiler.compile({ files: files('#define OWN 7'), flags: [] }));
});

test('the limits of the box hold for it', async () => {
  await ready();
  const began = performance.now();
  const outcome = await ahead.compiler.compile({
    files: [{ name: 'probe.bpf.c', text: `${ENDLESS}//` }],
    flags: [],
  });
  assert.ok(!outcome.ok);
  assert.match(outcome.error.code, /^compile_(timeout|crashed|failed)$/);
  assert.ok(performance.now() - began < 12_000);
});

test('one whose folder was tidied away costs nothing but time', async () => {
  const folder = await ready();
  await rm(folder, { recursive: true });
  compiled(await ahead.compiler.compile({ files: files('#define OWN 9'), flags: [] }));
});

test('while it is held none is started, and then the last that was expected', async () => {
  const compile = (name: string) =>
    ahead.compiler.compile({
      files: [{ name, text: `${KERNEL}int number = ${Math.random()};` }],
      flags: [],
    });
  const [first, second] = [ahead.compiler.hold(), ahead.compiler.hold()];
  compiled(await compile('held.bpf.c'));
  compiled(await compile('last.bpf.c'));
  first();
  first();
  // Three times as long as it waits after a compile.
  await delay(900);
  assert.deepEqual(await standbyFolders(ahead.folder, 'last.bpf.c'), []);
  second();
  await untilStandby(ahead.folder, 'last.bpf.c');
  assert.deepEqual(await standbyFolders(ahead.folder, 'held.bpf.c'), []);
});

test('closed, it leaves neither process nor folder', async () => {
  await using own = await testCompiler({ standby: true });
  await own.compiler.ready;
  const compile = () => own.compiler.compile({ files: files('#define OWN 3'), flags: [] });
  compiled(await compile());
  await untilStandby(own.folder);
  await own.compiler.close();
  const left = (): Promise<string[]> => readdir(join(own.folder, 'box/snippets'));
  assert.deepEqual(await left(), []);
  compiled(await compile());
  await delay(900);
  assert.deepEqual(await left(), [], 'nothing stands by after it');
});
