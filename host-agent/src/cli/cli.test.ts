import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { callGetppid, counterProbe } from '../link/testing.ts';
import { endOf, linesOf, openCommand } from './test/command.ts';

const command = openCommand();
after(() => command[Symbol.dispose]());
const { file, run, runWhile, start } = command;

test('Ctrl+C ends a run in order', async () => {
  const { code, stdout } = await runWhile(['--json'], (child) => child.kill('SIGINT'));
  assert.equal(code, 0);
  assert.equal(linesOf(stdout).at(-1)?.reason, 'stopped');
});

test('what Node makes of the sources is kept where nobody else writes', async () => {
  const compileCache = resolve(import.meta.dirname, '../../bin/compile-cache.mjs');
  const print = 'import { getCompileCacheDir } from "node:module"; console.log(getCompileCacheDir())';
  const child = spawn(process.execPath, ['--import', compileCache, '--input-type=module', '--eval', print], {
    env: { ...process.env, NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: undefined },
  });
  const folder = (await text(child.stdout)).trim();
  assert.match(folder, /\/\.cache\/probepad\/compiled\//);
  const { mode, uid } = await stat(dirname(folder));
  assert.deepEqual([mode & 0o777, uid], [0o700, process.getuid?.()]);
});

test('an older Node starts the pinned one and passes signals and exit codes on', async (t) => {
  const older = '/usr/bin/node';
  const version = await endOf(spawn(older, ['--version'])).catch(() => undefined);
  if (version === undefined || Number.parseInt(version.stdout.slice(1), 10) >= 24) {
    t.skip('this machine has no older Node at /usr/bin/node');
    return;
  }
  const { code, stdout } = await runWhile(['--json'], (child) => child.kill('SIGINT'), { node: older });
  assert.equal(code, 0);
  assert.equal(linesOf(stdout).at(-1)?.reason, 'stopped');
  assert.equal((await endOf(start(['nothing'], older))).code, 2);
});

test('a compile error ends with 1 and a caret below its place', async () => {
  const path = await file('bad.bpf.c', 'int first;\nint second = missing;\n');
  for (const command of ['run', 'check']) {
    const { code, stderr } = await run(command, path);
    assert.equal(code, 1);
    assert.match(stderr, /bad\.bpf\.c:2:14: error: .*missing/);
    assert.match(stderr, / {4}2 \| int second = missing;\n {6}\| {14}\^~~~~~~/);
  }
});

test('a verifier rejection ends with 1 and marks the C line', async () => {
  const path = await file(
    'rejected.bpf.c',
    `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
SEC("tracepoint/syscalls/sys_enter_getppid")
int unsafe(void *ctx)
{
	char *text = (char *)bpf_get_current_task();
	return *text;
}
`,
  );
  const { code, stdout, stderr } = await run('run', path, '--json');
  assert.equal(code, 1);
  assert.match(stderr, /rejected\.bpf\.c:8:\d+: error \(verifier\)/);
  const lines = linesOf(stdout);
  assert.ok(lines.some(({ kind, origin }) => kind === 'diagnostic' && origin === 'verifier'));
  assert.equal(lines.at(-1)?.reason, 'verifier_rejected');
});

test('mistakes in the command line end with 2', async () => {
  const path = await file('counter.bpf.c', counterProbe(process.pid).files[0]?.text ?? '');
  for (const args of [
    [],
    ['fly'],
    ['run'],
    ['run', '/nowhere.bpf.c'],
    ['run', path, '--for', 'long'],
    ['run', path, '--set', 'target'],
    ['run', path, '--set', 'nothing=1'],
    ['run', path, '--attach', 'on_getppid=nothing'],
    ['run', path, '--host', 'web-1'],
    ['run', path, '--unknown'],
    ['agent'],
  ]) {
    assert.equal((await run(...args)).code, 2, args.join(' '));
  }
});

test('what the host or the hub refuses ends with 3', async () => {
  const path = await file(
    'xdp.bpf.c',
    '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }\n',
  );
  const denied = await run('run', path, '--attach', 'pass=eth0');
  assert.equal(denied.code, 3, denied.stderr);
  assert.match(denied.stderr, /policy/);
  const policy = await file('policy.json', '{"runs":"many"}');
  const broken = await run('run', path, '--policy', policy);
  assert.equal(broken.code, 3);
  assert.match(broken.stderr, /field runs/);
  assert.equal((await run('hosts', '--hub', 'http://127.0.0.1:9/?token=x')).code, 3);
});

test('a reader that leaves ends the run', async () => {
  const child = start([
    'run',
    await file('counter.bpf.c', counterProbe(process.pid).files[0]?.text ?? ''),
    '--json',
  ]);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const timer = setInterval(() => callGetppid(10), 10);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(timer);
  assert.equal(code, 0);
});

test('hosts says what this machine can do', async () => {
  const { code, stdout } = await run('hosts', '--json');
  assert.equal(code, 0);
  const [host] = linesOf(stdout);
  assert.equal(host?.kind, 'host');
  const facts = host?.facts as { checks: unknown[] } | undefined;
  assert.ok((facts?.checks.length ?? 0) > 5);
});
