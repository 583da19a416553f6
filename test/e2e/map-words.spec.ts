import type { Page } from '@playwright/test';
import { expect, state, stop, test, write } from './workbench.ts';

/** Counts calls of this process by kind, in lists and maps whose keys are words to people. */
const PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum stat_types { S_READ, S_WRITE, S_FSYNC, S_MAXSTAT };
u64 stats[S_MAXSTAT];

struct route { u32 prefixlen; __be32 network; };
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(max_entries, 64); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, struct route); __type(value, u64); } routes SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, S_MAXSTAT); __type(key, u32); __type(value, u64); } kinds SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, u64); } wanted SEC(".maps");
struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u64); } first_half SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(max_entries, 1); __type(key, u32); __array(values, struct inner); } halves SEC(".maps") = { .values = { (void *)&first_half } };

struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 64); __type(value, u64); } jobs SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getppid")
int called(void *ctx)
{
	struct route route = { .prefixlen = 8, .network = 10 };
	u32 kind = S_WRITE;
	u64 one = 1;

	if (bpf_get_current_pid_tgid() >> 32 != ${process.pid} || bpf_map_lookup_elem(&wanted, &kind))
		return 0;
	bpf_map_update_elem(&routes, &route, &one, BPF_ANY);
	route.prefixlen = 24;
	route.network = 0x00090909;
	bpf_map_update_elem(&routes, &route, &one, BPF_ANY);
	bpf_map_update_elem(&kinds, &kind, &one, BPF_ANY);
	bpf_map_push_elem(&jobs, &one, BPF_EXIST);
	__sync_fetch_and_add(&stats[S_FSYNC], 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
`;

async function table(page: Page, source: string) {
  await page.getByTestId(`source-tab-${source}`).click();
  await page.getByTestId('view-table').click();
  return page.getByTestId('map-row');
}

test('lists, tries and maps of maps are told in the words that people have for their keys', async ({
  workbench: page,
}) => {
  await write(page, PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  // Each look asks the kernel for the parent, which the probe counts.
  expect(process.ppid).toBeGreaterThan(0);

  const routes = await table(page, 'routes');
  await expect(routes).toHaveCount(2);
  await page.getByRole('columnheader', { name: /^key/ }).click();
  await expect(routes.first()).toContainText(/^(9\.9\.9\.0\/24|10\.0\.0\.0\/8)/);
  await page.getByLabel('Filter entries').fill('key == 10.0.0.0/8');
  await expect(routes).toHaveCount(1);
  await expect(routes).toContainText('10.0.0.0/8');

  await expect((await table(page, 'kinds')).filter({ hasText: 'S_WRITE' })).toBeVisible();

  await page.getByTestId('source-tab-halves').click();
  await expect(page.getByTestId('map-row')).toContainText('(first_half)');

  await page.getByTestId('source-tab-jobs').click();
  await expect(page.getByTestId('map-row')).toHaveCount(1);
  await expect(page.getByTestId('entry-count')).toHaveText(/^1 entry, the next to be popped/);

  await page.getByTestId('source-tab-wanted').click();
  await expect(page.getByText('None of its probes puts an entry into')).toBeVisible();
  // By keyboard: the key, the value, and Enter.
  await page.getByLabel('key key').fill('one');
  await page.getByLabel('key key').press('Enter');
  await expect(page.getByText('key key has to be like 1')).toBeVisible();
  await page.getByLabel('key key').fill('1');
  await page.getByLabel('value value').fill('7');
  await page.getByLabel('value value').press('Enter');
  await page.getByTestId('view-table').click();
  await expect(page.getByTestId('map-row')).toContainText('7');

  await page.getByTestId('source-tab-.bss').click();
  await page.getByTestId('view-values').click();
  await expect(page.getByText('stats[FSYNC]')).toBeVisible();
  await page.getByTestId('view-chart').click();
  await expect(page.getByLabel('as', { exact: true }).locator('option:checked')).toHaveText('what each is');
  await page.getByTestId('series-as-table').click();
  const heads = page.getByTestId('series-table').getByRole('columnheader');
  await expect(heads.filter({ hasText: 'stats[WRITE]' })).toHaveCount(1);
  await stop(page);
});
