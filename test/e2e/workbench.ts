import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BrowserContext,
  test as base,
  chromium,
  expect,
  type Page,
  type WorkerFixture,
} from '@playwright/test';
import { CHROMIUM, SCREEN } from '../stack/chromium.ts';
import { type Stack, type StackOptions, startStack } from '../stack/stack.ts';

export { expect };

/** The fixture of a hub with the app and an agent, with a fresh data folder, for as long as Playwright's worker lives. */
export function stackOf(
  options: StackOptions = {},
): [WorkerFixture<Stack, object>, { scope: 'worker'; timeout: number }] {
  return [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are asked for from this pattern
    async ({}, use) => {
      const stack = await startStack({ app: true, ...options });
      await use(stack);
      await stack.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ];
}

/** What a page can leave for the next one: all of it belongs to the hub's origin. */
async function forget(profile: BrowserContext, origin: string): Promise<void> {
  const blank = await profile.newPage();
  const others = profile.pages().filter((page) => page !== blank);
  await Promise.all(others.map((page) => page.close()));
  const devtools = await profile.newCDPSession(blank);
  await devtools.send('Storage.clearDataForOrigin', {
    origin,
    storageTypes: 'local_storage,indexeddb,service_workers,cache_storage,file_systems',
  });
  await profile.clearCookies();
}

/**
 * The spec files share a hub and agent that start with a fresh data folder, as long as no test fails: Playwright starts a worker
 * anew then, and for a file whose `stack` is another one. They share a browser profile as well, since half of the work of a
 * first page load is to compile what the profile keeps compiled; each test begins with nothing stored in it.
 */
export const test = base.extend<{ workbench: Page }, { stack: Stack; profile: BrowserContext }>({
  stack: stackOf(),
  profile: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are asked for from this pattern
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'probepad-profile-'));
      const profile = await chromium.launchPersistentContext(folder, { ...CHROMIUM, ...SCREEN });
      await use(profile);
      await profile.close();
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  context: async ({ profile, stack }, use) => {
    await use(profile);
    await forget(profile, stack.origin);
  },
  workbench: async ({ page, stack }, use) => {
    await page.goto(stack.url);
    await ready(page);
    await use(page);
  },
});

/** Waits until the editor shows text. */
export async function shown(page: Page): Promise<void> {
  await expect(page.getByTestId('workbench')).toBeVisible();
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible();
}

/** Waits until the editor takes text and a host is chosen; while a run goes on there is no Run to wait for. */
export async function ready(page: Page): Promise<void> {
  await shown(page);
  await expect(page.getByTestId('run')).toBeEnabled();
}

/** A click into the first lines: the element itself is far wider than the page. */
export async function focusEditor(page: Page): Promise<void> {
  await page
    .locator('.monaco-editor')
    .first()
    .click({ position: { x: 240, y: 60 } });
}

/** Puts a program into the editor as a user would: select all, paste. */
export async function write(page: Page, text: string): Promise<void> {
  await focusEditor(page);
  await page.keyboard.press('Control+A');
  await page.evaluate((clip) => navigator.clipboard.writeText(clip), text);
  await page.keyboard.press('Control+V');
}

/** Waits until every host of the run on screen is in one of these states (the words shown). */
export async function state(page: Page, words: RegExp): Promise<void> {
  await expect(page.getByTestId('run-state').first()).toHaveText(words, { timeout: 60_000 });
}

/** Stops what runs and waits for its end. */
export async function stop(page: Page): Promise<void> {
  await page.getByTestId('stop').click();
  await state(page, /stopped/i);
}

/** Makes the kernel see something: a few short-lived processes of our own. */
export async function stir(times = 3): Promise<void> {
  for (let at = 0; at < times; at++) {
    await new Promise<void>((resolve, reject) =>
      execFile('/bin/true', [], (error) => (error ? reject(error) : resolve())),
    );
  }
}

/** Waits for a row with this text: on a busy machine the rows of others push ours out of sight, so they are left out. */
export async function row(page: Page, text: string): Promise<void> {
  await page.getByLabel('Filter rows').fill(text);
  await expect(page.getByTestId('event-row').filter({ hasText: text }).first()).toBeVisible();
}

/** Events of every process that starts, with the name that tells ours from others. */
export const EXEC_PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	unsigned int pid;
	char comm[16];
	unsigned long long time_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 262144);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, char[16]);
	__type(value, unsigned long long);
} started SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *context)
{
	struct event *event;
	unsigned long long one = 1, *count;
	char comm[16];

	bpf_get_current_comm(comm, sizeof(comm));
	count = bpf_map_lookup_elem(&started, comm);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&started, comm, &one, BPF_ANY);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->time_ns = bpf_ktime_get_ns();
	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;
