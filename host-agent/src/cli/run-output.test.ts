import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { after, test } from 'node:test';
import { callGetppid } from '../link/testing.ts';
import { buildFolder, startTarget } from '../names/test/target.ts';
import { type Ended, endOf, type Line, linesOf, openCommand } from './test/command.ts';

const command = openCommand();
after(() => command[Symbol.dispose]());
const { file, runWhile, start } = command;

test('run prints one JSON object a line, and every record is accounted for', async () => {
  const { code, stdout, stderr } = await runWhile(['--json', '--for', '2s'], () => callGetppid(500));
  assert.equal(code, 0, stderr);
  const lines = linesOf(stdout);
  assert.equal(lines[0]?.kind, 'schema');
  const events = lines.filter(({ kind }) => kind === 'event');
  assert.equal(events.length, 500);
  assert.deepEqual(events[7], {
    kind: 'event',
    host: 'local',
    source: 'events',
    data: { ordinal: 7, pid: process.pid, padding: '' },
  });
  const map = lines.findLast(({ kind, source }) => kind === 'map' && source === 'counts');
  assert.deepEqual(map?.entries, [{ key: process.pid, value: 500 }]);
  const end = lines.at(-1);
  assert.equal(end?.kind, 'end');
  assert.equal(end?.reason, 'time_limit');
  assert.deepEqual(Object.keys(end?.timing_ms as object).sort(), [
    'attach',
    'compile',
    'first_event',
    'load',
  ]);
  const sources = end?.sources as Record<string, { produced: number; delivered: number; dropped: object }>;
  assert.deepEqual(sources.events, {
    produced: 500,
    delivered: 500,
    dropped: { kernel: 0, agent: 0, hub: 0, viewer: 0 },
  });
});

/** Failed opens of one process, with what they were given and gave back. */
const OPENS = (pid: number): string => `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event {
	u64 ts;
	u32 pid;
	u32 ppid;
	int ret;
	int flags;
	u64 took __attribute__((btf_decl_tag("probepad:label=Time taken"), btf_decl_tag("probepad:unit=us")));
	u64 secret __attribute__((btf_decl_tag("probepad:hide"), btf_decl_tag("probepad:colour=red")));
	char comm[16];
};
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
int flags;
SEC("tracepoint/syscalls/sys_enter_openat") int enter(struct trace_event_raw_sys_enter *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == ${pid})
		flags = ctx->args[2];
	return 0;
}
SEC("tracepoint/syscalls/sys_exit_openat") int leave(struct trace_event_raw_sys_exit *ctx)
{
	struct event event = { .ts = bpf_ktime_get_ns(), .pid = ${pid}, .ppid = 1, .ret = ctx->ret, .flags = flags, .took = 1500 };
	if (bpf_get_current_pid_tgid() >> 32 != ${pid} || ctx->ret != -20)
		return 0;
	bpf_get_current_comm(event.comm, sizeof(event.comm));
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}
`;

/** Starts a run, and calls `act` when all its programs are attached. */
function runUntilAttached(args: readonly string[], act: () => void): Promise<Ended> {
  const child = start(['run', ...args]);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    const before = said;
    said += chunk;
    if (!before.includes('running:') && said.includes('running:')) act();
  });
  return endOf(child);
}

test('values are printed as people read them', async () => {
  const probe = await file('opens.bpf.c', OPENS(process.pid));
  const { code, stdout, stderr } = await runUntilAttached([probe, '--events', '1'], () => {
    // A file is no folder: ENOTDIR.
    open(`${probe}/x`, 'a').catch(() => {});
  });
  assert.equal(code, 0, stderr);
  const [heading, row] = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/));
  assert.deepEqual(heading, ['TS', 'PID', 'PPID', 'RET', 'FLAGS', 'TIME TAKEN', 'COMM']);
  const [time, ...others] = row ?? [];
  assert.match(time ?? '', /^\d\d:\d\d:\d\d\.\d{6}$/);
  const flags = 'O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC';
  const [pid, parent, ...rest] = others;
  assert.equal(pid, String(process.pid));
  // With its command, which nothing beside it tells.
  assert.match(parent ?? '', /^1 \(.+\)$/);
  assert.deepEqual(rest.slice(0, 3), ['-20 ENOTDIR', flags, '1.5 ms']);
  assert.match(stderr, /probepad:colour=red says nothing here/);
});

/** Records of a size that is not known before the probe runs, from a buffer of bytes. */
const BYTES = (pid: number): string => `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct opened { u32 pid; int ret; char comm[16]; };
struct closed { u64 pid; u64 fd; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
const volatile u32 size = sizeof(struct opened);
SEC("tracepoint/syscalls/sys_exit_openat") int leave(struct trace_event_raw_sys_exit *ctx)
{
	char buffer[32] = {};
	struct opened *opened = (void *)buffer;
	if (bpf_get_current_pid_tgid() >> 32 != ${pid} || ctx->ret != -20)
		return 0;
	opened->pid = ${pid};
	opened->ret = ctx->ret;
	bpf_ringbuf_output(&events, buffer, size & 31, 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
`;

test('records that nothing is known of are bytes, or what --type says', async () => {
  const probe = await file('bytes.bpf.c', BYTES(process.pid));
  const printed = (...args: string[]): Promise<Ended> =>
    runUntilAttached([probe, '--events', '1', ...args], () => {
      open(`${probe}/x`).catch(() => {});
    });
  assert.match((await printed()).stdout, /^BYTES\n[0-9a-f]{48}\n/);
  const { stdout } = await printed('--type', 'events=opened');
  assert.match(stdout, /^ *PID +RET +COMM *\n *\d+ +-20 ENOTDIR/);
  assert.match((await printed('--type', `events:${process.pid}=opened`)).stdout, /^ *PID +RET +COMM *\n/);
  const wrong = await printed('--type', 'events=nothing');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /events can't be nothing; it is one of: opened, closed/);
});

test('parameters are set and a header beside the file comes along', async () => {
  await file('settings.h', '#define STEP 3\n');
  const path = await file(
    'with-header.bpf.c',
    `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "settings.h"
char LICENSE[] SEC("license") = "GPL";
const volatile __u64 big = 0;
struct event { __u64 big; int step; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); __type(value, struct event); } events SEC(".maps");
SEC("tracepoint/syscalls/sys_enter_getppid")
int handle(void *ctx)
{
	struct event event = { .big = big, .step = STEP };
	if (bpf_get_current_pid_tgid() >> 32 == ${process.pid})
		bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}
`,
  );
  const child = start(['run', path, '--json', '--events', '1', '--set', 'big=18446744073709551615']);
  const timer = setInterval(() => callGetppid(1), 20);
  const { code, stdout, stderr } = await endOf(child);
  clearInterval(timer);
  assert.equal(code, 0, stderr);
  const event = linesOf(stdout).find(({ kind }) => kind === 'event');
  assert.deepEqual(event?.data, { big: '18446744073709551615', step: 3 });
});

/** Who calls getppid() and from where, of processes called `target`. */
const STACKS_PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u32 pid, uid; __u64 kernel_stack[8], user_stack[8]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 20); } events SEC(".maps");
SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
	char comm[16] = {};
	bpf_get_current_comm(comm, sizeof(comm));
	if (bpf_strncmp(comm, 7, "target") != 0)
		return 0;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = bpf_get_current_uid_gid();
	__builtin_memset(event->kernel_stack, 0, sizeof(event->kernel_stack));
	__builtin_memset(event->user_stack, 0, sizeof(event->user_stack));
	bpf_get_stack(ctx, event->kernel_stack, sizeof(event->kernel_stack), 0);
	bpf_get_stack(ctx, event->user_stack, sizeof(event->user_stack), BPF_F_USER_STACK);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;

test('people read who it was and from where by name, also of processes that are gone; --json has the numbers', async (t) => {
  const built = buildFolder();
  t.after(() => built[Symbol.dispose]());
  const target = built.target('target', ['-O0', '-fno-omit-frame-pointer']);
  const source = await file('stacks.bpf.c', STACKS_PROBE);
  /** Starts one process after the other until the command has seen enough. */
  const printed = async (...args: string[]): Promise<string> => {
    const child = start(['run', source, '--events', '40', ...args]);
    let going = true;
    const ended = endOf(child).finally(() => {
      going = false;
    });
    while (going) await startTarget(target, true);
    return (await ended).stdout;
  };
  const user = userInfo();
  // The first processes may have been gone before anybody watched.
  const last = (await printed()).trimEnd().split('\n').at(-1) ?? '';
  assert.match(last, /^ *\d+ \(target\) /);
  assert.ok(last.includes(`${user.uid} (${user.username})`), last);
  assert.match(last, /do_syscall_64|invoke_syscall/);
  assert.match(last, /getppid\+0x\w+ ← main\+0x\w+/);
  const events = linesOf(await printed('--json')).filter(({ kind }) => kind === 'event');
  const { uid, user_stack: stack } = (events.at(-1) as Line).data as { uid: number; user_stack: unknown[] };
  assert.equal(uid, user.uid);
  assert.match(String(stack[0]), /^\d+$/);
});
