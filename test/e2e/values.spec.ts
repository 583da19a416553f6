import { open } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, state, stop, test, write } from './workbench.ts';

/** Failed opens of this process. */
const PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct event {
	u64 ts;
	u32 pid;
	u32 ppid;
	uid_t uid;
	int ret;
	int flags;
	umode_t mode;
	__be32 daddr;
	u16 family;
	u64 took_us __attribute__((btf_decl_tag("probepad:label=Time taken")));
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");
int flags;

SEC("tracepoint/syscalls/sys_enter_openat")
int enter(struct trace_event_raw_sys_enter *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == ${process.pid})
		flags = ctx->args[2];
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_openat")
int leave(struct trace_event_raw_sys_exit *ctx)
{
	struct event event = {
		.ts = bpf_ktime_get_ns(), .pid = ${process.pid}, .ppid = 1, .uid = 0, .ret = ctx->ret, .flags = flags,
		.mode = 0100644, .daddr = 0x0100007f, .family = 10, .took_us = 1500,
	};

	if (event.pid != bpf_get_current_pid_tgid() >> 32 || ctx->ret != -20)
		return 0;
	bpf_get_current_comm(event.comm, sizeof(event.comm));
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
`;

/** Records of a size that is not known before the probe runs, from a buffer of bytes. */
const BYTES_PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct opened { u32 pid; int ret; char comm[16]; };
struct closed { u64 pid; u64 fd; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
const volatile u32 size = sizeof(struct opened);
SEC("tracepoint/syscalls/sys_exit_openat") int leave(struct trace_event_raw_sys_exit *ctx)
{
	char buffer[32] = {};
	struct opened *opened = (void *)buffer;
	if (bpf_get_current_pid_tgid() >> 32 != ${process.pid} || ctx->ret != -20)
		return 0;
	opened->pid = ${process.pid};
	opened->ret = ctx->ret;
	bpf_ringbuf_output(&events, buffer, size & 31, 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
`;

/** Sends two records for one open, which begin with numbers that the text does not name. */
const KINDS_PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct opened { u32 type; u32 pid; int ret; u32 pad; };
struct closed { u32 type; u32 fd; u64 bytes; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
SEC("tracepoint/syscalls/sys_exit_openat") int leave(struct trace_event_raw_sys_exit *ctx)
{
	struct opened opened = { .type = 4, .pid = ${process.pid}, .ret = -20 };
	struct closed closed = { .type = 9, .fd = 3, .bytes = 4096 };
	if (bpf_get_current_pid_tgid() >> 32 != ${process.pid} || ctx->ret != -20)
		return 0;
	bpf_ringbuf_output(&events, &opened, sizeof(opened), 0);
	bpf_ringbuf_output(&events, &closed, sizeof(closed), 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
`;

/** Runs the probe and makes it see one open. */
async function oneRow(page: Page, probe = PROBE, rows = 1): Promise<void> {
  await write(page, probe);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  // A file is no folder: ENOTDIR.
  await open('/etc/hostname/x', 'a').catch(() => {});
  await expect(page.getByTestId('event-row')).toHaveCount(rows);
}

test('a row reads as people write, and the raw value is one hover away', async ({ workbench: page }) => {
  await oneRow(page);
  const cells = page.getByTestId('event-row').getByRole('gridcell');
  for (const text of [
    '-20 ENOTDIR',
    'O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC',
    '-rw-r--r-- (0644)',
    '127.0.0.1',
    'AF_INET6',
    '1.5 ms',
  ]) {
    await expect(cells.getByText(text, { exact: true })).toBeVisible();
  }
  await expect(page.getByRole('columnheader', { name: 'Time taken' })).toBeVisible();

  await cells.getByText('-20 ENOTDIR', { exact: true }).hover();
  await expect(cells.filter({ hasText: '-20 ENOTDIR' })).toHaveAttribute(
    'title',
    'int ret\n-20 (0xffffffec)',
  );
  await cells.getByText('1.5 ms', { exact: true }).hover();
  await expect(cells.filter({ hasText: '1.5 ms' })).toHaveAttribute('title', 'u64 took_us\n1500 (0x5dc)');
  await stop(page);
});

test('the raw values of a row are in its details, by keyboard', async ({ workbench: page }) => {
  await oneRow(page);
  await page.getByTestId('event-table').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const details = page.getByTestId('row-detail');
  await expect(details).toContainText('umode_t mode = 33188 (0x81a4)');
  await expect(details).toContainText('__be32 daddr = 16777343 (0x100007f)');
  await stop(page);
});

test('records that nothing is known of are what the user says, also after a reload', async ({
  workbench: page,
}) => {
  await oneRow(page, BYTES_PROBE);
  const bar = page.getByTestId('record-type');
  await expect(page.getByRole('columnheader', { name: 'bytes' })).toBeVisible();
  await bar.getByRole('button', { name: 'struct opened' }).click();
  const row = page.getByTestId('event-row');
  await expect(row).toContainText('-20 ENOTDIR');
  await expect(bar).toContainText('struct opened');

  await page.reload();
  await expect(row).toContainText('-20 ENOTDIR');
  await bar.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('columnheader', { name: 'bytes' })).toBeVisible();
  await stop(page);
});

test('each value that records begin with is said to be a struct by one click, also after a reload', async ({
  workbench: page,
}) => {
  await oneRow(page, KINDS_PROBE, 2);
  const bar = page.getByTestId('record-type');
  await bar.getByRole('group', { name: 'type 9' }).getByRole('button', { name: 'struct closed' }).click();
  const rows = page.getByTestId('event-row');
  await expect(rows.filter({ hasText: 'closed' })).toHaveCount(1);
  await bar.getByRole('group', { name: 'type 4' }).getByRole('button', { name: 'struct opened' }).click();
  await expect(rows.filter({ hasText: 'opened' })).toContainText('-20 ENOTDIR');

  await page.reload();
  await expect(rows.filter({ hasText: 'closed' })).toHaveCount(1);
  await expect(rows.filter({ hasText: 'opened' })).toContainText('-20 ENOTDIR');
  await bar.getByRole('button', { name: 'Undo' }).click();
  await expect(bar.getByRole('group', { name: 'type 9' })).toBeVisible();
  await expect(rows.filter({ hasText: 'closed' })).toHaveCount(0);
  await stop(page);
});
