/**
 * Hostile snippets against the compile box: whatever they try, no byte of a file outside it comes back, and each ends in time. The
 * canary is readable by everybody, so that only the box stands between it and the compiler.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { COMPILE_TIMEOUT } from '@probepad/protocol/limits';
import { type CompileOutcome, type Compiler, createCompiler } from '../../host-agent/src/compile/compiler.ts';
import { standbyFolders, untilStandby } from '../../host-agent/src/compile/testing.ts';
import { findToolchain } from '../../host-agent/src/compile/toolchain.ts';
import { execute } from '../../host-agent/src/exec/execute.ts';

const LOADER = join(import.meta.dirname, '../../host-agent/loader/build/probepad-loader');
/** What a loaded machine may take besides the compile itself. */
const MARGIN_MS = 5_000;

let folder: string;
let canary: string;
let secret: string;
let compiler: Compiler;
/** One whose clang is started before its program is known, as an agent's is. */
let ahead: Compiler;
let aheadFolder: string;
const logged: string[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probepad-attacks-'));
  const open = await mkdtemp(join(tmpdir(), 'probepad-canary-'));
  await chmod(open, 0o755);
  canary = join(open, 'canary.txt');
  secret = `canary_${randomBytes(16).toString('hex')}`;
  // As one line of text, and as valid C, so that an include of it compiles.
  await writeFile(canary, `char ${secret}[] = "${secret}";\n`, { mode: 0o644 });
  await writeFile(join(open, 'secret.h'), `char ${secret}[] = "${secret}";\n`, { mode: 0o644 });
  process.env.CCC_OVERRIDE_OPTIONS = '# +-DOVERRIDDEN';
  process.env.CPATH = open;
  process.env.C_INCLUDE_PATH = open;
  const log = (line: string): void => void logged.push(line);
  compiler = await createCompiler({ cacheDir: folder, loaderPath: LOADER, log });
  aheadFolder = await mkdtemp(join(tmpdir(), 'probepad-attacks-ahead-'));
  ahead = await createCompiler({ cacheDir: aheadFolder, loaderPath: LOADER, standby: true, log });
  await Promise.all([compiler.ready, ahead.ready]);
});

after(async () => {
  delete process.env.CCC_OVERRIDE_OPTIONS;
  delete process.env.CPATH;
  delete process.env.C_INCLUDE_PATH;
  await ahead.close();
  await rm(folder, { recursive: true, force: true });
  await rm(aheadFolder, { recursive: true, force: true });
  await rm(join(canary, '..'), { recursive: true, force: true });
});

/** Compiles with both, and holds the outcomes to what is promised of every compile. */
async function attack(text: string, more: Record<string, string> = {}): Promise<CompileOutcome> {
  const outcome = await attackOn(compiler, text, more);
  // One of the same shape stands by when another such program was compiled.
  const first = text.startsWith('#include "vmlinux.h"') ? '#include "vmlinux.h"\n' : '';
  await ahead.compile({
    files: [{ name: 'probe.bpf.c', text: `${first}int number = ${++harmless};` }],
    flags: [],
  });
  const standby = await untilStandby(aheadFolder);
  assert.equal(errorCode(await attackOn(ahead, text, more)), errorCode(outcome));
  assert.ok(
    !(await standbyFolders(aheadFolder, 'probe.bpf.c')).includes(standby),
    'the one that stood by had it',
  );
  return outcome;
}

let harmless = 0;

async function attackOn(
  target: Compiler,
  text: string,
  more: Record<string, string>,
): Promise<CompileOutcome> {
  const files = [
    { name: 'probe.bpf.c', text },
    ...Object.entries(more).map(([name, body]) => ({ name, text: body })),
  ];
  const began = performance.now();
  const outcome = await target.compile({ files, flags: [] });
  const milliseconds = performance.now() - began;
  assert.ok(milliseconds < COMPILE_TIMEOUT + MARGIN_MS, `ended after ${milliseconds} ms`);
  assertNothingLeaked(outcome);
  return outcome;
}

function assertNothingLeaked(outcome: CompileOutcome): void {
  const object = outcome.ok ? Buffer.from(outcome.object) : Buffer.alloc(0);
  const rest = outcome.ok ? outcome.schema : outcome.error;
  const told = JSON.stringify([rest, outcome.diagnostics, logged]);
  assert.ok(!object.includes(secret), 'the secret is not in the object');
  assert.ok(!told.includes(secret), 'the secret is not in schema, error, diagnostics or log');
  for (const path of [folder, aheadFolder]) {
    assert.ok(!object.includes(path), 'no path of the machine is in the object');
    assert.ok(!told.includes(path), 'no path of the machine is told');
  }
}

function errorCode(outcome: CompileOutcome): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}

const PROGRAM = `
int probe(void *ctx) __attribute__((section("tracepoint/syscalls/sys_enter_getppid"), used));
int probe(void *ctx) { return 0; }
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
`;

test('without the box the #line and .incbin attacks do leak, so these tests can fail', async () => {
  const { clang } = await findToolchain();
  const snippet = await mkdtemp(join(tmpdir(), 'probepad-control-'));
  try {
    for (const text of [
      `#line 1 "${canary}"\n${PROGRAM.replaceAll('\n', ' ')}`,
      `${PROGRAM}asm(".section .data\\n.incbin \\"${canary}\\"");`,
    ]) {
      await writeFile(join(snippet, 'probe.c'), text);
      const { stdout } = await execute({
        file: clang,
        args: ['-target', 'bpf', '-O2', '-g', '-c', 'probe.c', '-o', '-'],
        cwd: snippet,
        timeoutMs: 10_000,
        stdoutMax: 4_000_000,
        stderrMax: 100_000,
      });
      assert.ok(stdout.includes(secret), text);
    }
  } finally {
    await rm(snippet, { recursive: true, force: true });
  }
});

test('#line with a path of the machine puts no line of it into BTF', async () => {
  for (const path of [canary, `/snippet/../..${canary}`, `../../../../../../..${canary}`]) {
    const outcome = await attack(`#line 1 "${path}"\n${PROGRAM.replaceAll('\n', ' ')}`);
    assert.equal(errorCode(outcome), 'ok');
    assert.ok(
      outcome.ok && outcome.schema.programs[0]?.file === undefined,
      'a made-up file is not the user’s',
    );
  }
});

const INCLUDES: Record<string, (path: string) => string> = {
  'absolute, quoted': (path) => `#include "${path}"`,
  'absolute, angled': (path) => `#include <${path}>`,
  'relative, climbing': (path) => `#include "../../../../../../../../..${path}"`,
  'by a macro': (path) => `#define FILE "${path}"\n#include FILE`,
  'by a macro, angled': (path) => `#define L <\n#define FILE L${path}>\n#include FILE`,
  include_next: (path) => `#include_next "${path}"`,
  import: (path) => `#import "${path}"`,
  embed: (path) => `char data[] = {\n#embed "${path}"\n};`,
  __include_macros: (path) => `#__include_macros "${path}"`,
  'pragma clang include_alias': (path) => `#pragma include_alias("x.h", "${path}")\n#include "x.h"`,
  'pragma GCC dependency': (path) => `#pragma GCC dependency "${path}"\n#error end`,
  'pragma clang module': (path) => `#pragma clang module import "${path}"`,
  'environment CPATH': () => '#include <secret.h>',
};

for (const [name, make] of Object.entries(INCLUDES)) {
  test(`no include reads a file of the machine: ${name}`, async () => {
    assert.equal(errorCode(await attack(`${make(canary)}\n${PROGRAM}`)), 'compile_failed');
  });
}

test('includes do not tell whether a file of the machine exists', async () => {
  for (const path of [canary, '/etc/passwd', '/proc/self/environ', '/dev/stdin', '/root']) {
    const outcome = await attack(
      `#if __has_include("${path}") || __has_include_next("${path}")\n#error it is there\n#endif\n${PROGRAM}`,
    );
    assert.equal(errorCode(outcome), 'ok', path);
  }
});

test('devices and pipes are not there to wait for', async () => {
  for (const path of [
    '/dev/stdin',
    '/dev/fd/0',
    '/dev/zero',
    '/dev/tty',
    '/proc/self/fd/0',
    '/proc/self/environ',
  ]) {
    const outcome = await attack(`#include "${path}"\n${PROGRAM}`);
    assert.equal(errorCode(outcome), 'compile_failed', path);
    assert.ok(outcome.milliseconds < COMPILE_TIMEOUT, 'it did not wait for the time-out');
  }
});

const ASSEMBLY: Record<string, (path: string) => string> = {
  incbin: (path) => `asm(".section .data\\n.incbin \\"${path}\\"");`,
  'incbin, split': (path) =>
    `asm(".section .data\\n.inc" "bin \\"${path.slice(0, 5)}" "${path.slice(5)}\\"");`,
  'incbin in a function': (path) => `void f(void) { asm volatile(".incbin \\"${path}\\""); }`,
  include: (path) => `asm(".include \\"${path}\\"");`,
  'include, climbing': (path) => `asm(".include \\"../../../..${path}\\"");`,
  'incbin of stdin': () => 'asm(".incbin \\"/dev/stdin\\"");',
};

for (const [name, make] of Object.entries(ASSEMBLY)) {
  test(`inline assembly reads no file of the machine: ${name}`, async () => {
    const outcome = await attack(`${PROGRAM}\n${make(canary)}`);
    assert.equal(errorCode(outcome), 'compile_failed');
  });
}

test('assembly directives that name a file read nothing of it', async () => {
  await attack(`${PROGRAM}\nasm(".file 7 \\"/\\" \\"${canary}\\"\\n.loc 7 1");`);
  await attack(`${PROGRAM}\nasm(".file \\"${canary}\\"");`);
});

test('bombs end in time', async () => {
  const levels = Array.from({ length: 30 }, (_, level) => `#define B${level + 1} B${level} B${level}`).join(
    '\n',
  );
  const bombs: Record<string, [string, Record<string, string>]> = {
    'a file that includes itself': ['#include "probe.bpf.c"', {}],
    'includes that double': [
      '#include "a0.h"',
      Object.fromEntries(
        Array.from({ length: 30 }, (_, level) => [
          `a${level}.h`,
          level < 29 ? `#include "a${level + 1}.h"\n#include "a${level + 1}.h"\n` : 'extern int x;\n',
        ]),
      ),
    ],
    'macros that double': [`#define B0 extern int x;\n${levels}\nB30\n`, {}],
    'macros that double in an argument': [`#define B0 1 +\n${levels}\n#if B30 0\n#endif\n`, {}],
    'an array of a gigabyte': [`char big[1 << 30] = { 1 };`, {}],
    'a fill of a gigabyte': ['asm(".section .data\\n.fill 1 << 30, 1, 65");', {}],
    'a repeat without end': ['asm(".rept 1 << 40\\n.byte 1\\n.endr");', {}],
    'unrolled without end': [
      'int f(void); int g(void) { int s = 0;\n#pragma clang loop unroll_count(1000000)\nfor (int i = 0; i < 1000000; i++) s += f();\nreturn s; }',
      {},
    ],
    'deep brackets': [`int x = ${'('.repeat(200_000)}1${')'.repeat(200_000)};`, {}],
    'deep signs': [`int x = ${'- '.repeat(200_000)}1;`, {}],
    'deep structs': [`${'struct { '.repeat(20_000)}int x; ${'} y; '.repeat(20_000)}`, {}],
    'a long comma list': [`int x[] = { ${'1,'.repeat(200_000)} };`, {}],
  };
  for (const [name, [text, more]] of Object.entries(bombs)) {
    const outcome = await attackOn(compiler, `${PROGRAM}\n${text}`, more);
    const fine = ['compile_failed', 'compile_timeout', 'compile_crashed', 'compile_output_too_large', 'ok'];
    assert.ok(fine.includes(errorCode(outcome)), `${name}: ${errorCode(outcome)}`);
    if (outcome.ok) assert.ok(outcome.object.length <= 4 * 1024 * 1024, name);
  }
});

test('more messages than the cap end the compile', async () => {
  const text = `${'#warning lots of words lots of words lots of words lots of words\n'.repeat(7_000)}${PROGRAM}`;
  assert.equal(errorCode(await attack(text)), 'compile_output_too_large');
});

test('a compiler that crashes leaves no file behind', async () => {
  const existing = new Set(await readdir(tmpdir()));
  for (const kind of ['crash', 'parser_crash', 'llvm_fatal_error', 'assert', 'overflow_stack']) {
    const outcome = await attack(`#pragma clang __debug ${kind}\n${PROGRAM}`);
    assert.ok(
      ['compile_crashed', 'compile_failed', 'compile_timeout', 'ok'].includes(errorCode(outcome)),
      `${kind}: ${errorCode(outcome)}`,
    );
  }
  const left = (await readdir(tmpdir())).filter(
    (name) => !existing.has(name) && /^probe[-.]|\.(sh|c|o|s|crash)$/.test(name),
  );
  assert.deepEqual(left, []);
});

test('the environment of the agent does not reach the compiler', async () => {
  assert.equal(process.env.CCC_OVERRIDE_OPTIONS, '# +-DOVERRIDDEN');
  assert.equal(errorCode(await attack(`#ifdef OVERRIDDEN\n#error overridden\n#endif\n${PROGRAM}`)), 'ok');
});

test('file names that are paths, options or response files are refused', async () => {
  const names = [
    '@rsp.c',
    '../probe.c',
    'a/b.c',
    '/tmp/x.c',
    '-o.c',
    '.hidden.c',
    'a b.c',
    'x\n.c',
    'x\0.c',
    '',
    `${'a'.repeat(70)}.c`,
    'ü.c',
  ];
  for (const name of names) {
    const outcome = await compiler.compile({ files: [{ name, text: PROGRAM }], flags: [] });
    assert.equal(errorCode(outcome), 'bad_file_name', JSON.stringify(name));
    const second = [
      { name: 'probe.bpf.c', text: PROGRAM },
      { name, text: '' },
    ];
    assert.equal(
      errorCode(await compiler.compile({ files: second, flags: [] })),
      'bad_file_name',
      JSON.stringify(name),
    );
  }
  const twice = [
    { name: 'probe.bpf.c', text: PROGRAM },
    { name: 'probe.bpf.c', text: '' },
  ];
  assert.equal(errorCode(await compiler.compile({ files: twice, flags: [] })), 'bad_file_name');
});

test('flags that name files, load code or reach other programs are refused', async () => {
  const flags = [
    '-fplugin=/tmp/x.so',
    '-Xclang',
    '-load',
    '-include/etc/passwd',
    '-I/etc',
    '-isystem/etc',
    '-iquote.',
    '-o/tmp/x',
    '-MD',
    '-MF/tmp/x',
    '-save-temps',
    '-B/tmp',
    '--config=/tmp/x',
    '-specs=/tmp/x',
    '-mllvm',
    '-Wl,-rpath,/tmp',
    '-Wa,-I/etc',
    '-Wp,-MD,/tmp/x',
    '@/etc/passwd',
    '-D',
    '-DX=`id`',
    '-DX=\n',
    '-O0',
    '-target',
    '-x',
    '/etc/passwd',
    '-fmodules',
    '-ftime-trace',
    '-serialize-diagnostics',
    '-E',
    '-',
    '',
  ];
  for (const flag of flags) {
    const outcome = await compiler.compile({
      files: [{ name: 'probe.bpf.c', text: PROGRAM }],
      flags: [flag],
    });
    assert.equal(errorCode(outcome), 'bad_flag', JSON.stringify(flag));
  }
});

test('warnings that quote a foreign line quote nothing of the file it names', async () => {
  const outcome = await attack(`#line 1 "${canary}"\nint broken = ;\n`);
  assert.equal(errorCode(outcome), 'compile_failed');
});

test('macros that tell where the compiler runs tell the box', async () => {
  await attack(`char here[] = __FILE__ __TIMESTAMP__;\n${PROGRAM}`);
});

test('no snippet stays behind', async () => {
  assert.deepEqual(await readdir(join(folder, 'box/snippets')), []);
});
