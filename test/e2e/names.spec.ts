import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, row, state, stop, test, write } from './workbench.ts';

const PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	unsigned int pid, uid;
	unsigned long long cgroup_id;
	unsigned long long user_stack[4], kernel_stack[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 262144);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
	char comm[16] = {};
	struct event *event;

	bpf_get_current_comm(comm, sizeof(comm));
	if (bpf_strncmp(comm, 11, "named-caller") != 0)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = bpf_get_current_uid_gid();
	event->cgroup_id = bpf_get_current_cgroup_id();
	__builtin_memset(event->user_stack, 0, sizeof(event->user_stack));
	__builtin_memset(event->kernel_stack, 0, sizeof(event->kernel_stack));
	bpf_get_stack(ctx, event->user_stack, sizeof(event->user_stack), BPF_F_USER_STACK);
	bpf_get_stack(ctx, event->kernel_stack, sizeof(event->kernel_stack), 0);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;

const CALLER = `#include <unistd.h>
int buy_apples(void) { return getppid(); }
int main(void) { return buy_apples() == 0; }
`;

test('users, processes, cgroups and functions show by their names, also of processes that are gone', async ({
  workbench: page,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-names-'));
  const caller = join(folder, 'named-caller');
  await writeFile(`${caller}.c`, CALLER);
  execFileSync('cc', ['-O0', '-fno-omit-frame-pointer', '-o', caller, `${caller}.c`]);
  await write(page, PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  // What holds stacks opens as a flame graph.
  await page.getByTestId('view-table').click();
  const rows = page.getByTestId('event-row');
  // The first processes may be gone before the host watches them: each try has one more.
  await expect(async () => {
    execFileSync(caller, { stdio: 'ignore' });
    await expect(rows.filter({ hasText: 'named-caller' }).filter({ hasText: 'main+0x' }).first()).toBeVisible(
      {
        timeout: 2_000,
      },
    );
  }).toPass();
  // A search finds the names that are known.
  await row(page, 'named-caller');
  await row(page, 'root');
  await row(page, 'do_syscall_64');
  await row(page, 'main+0x');
  await stop(page);
  // What was shown stays named when the run is over.
  await expect(rows.first()).toContainText('main+0x');
  await expect(rows.filter({ hasNotText: 'main+0x' })).toHaveCount(0);
  await rm(folder, { recursive: true });
});
