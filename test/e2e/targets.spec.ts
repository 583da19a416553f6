import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, state, stop, test, write } from './workbench.ts';

const run = promisify(execFile);

/** Lets every packet pass and counts them. */
const XDP_PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, unsigned int);
	__type(value, unsigned long long);
} packets SEC(".maps");

SEC("xdp")
int on_packet(struct xdp_md *context)
{
	unsigned int interface = context->ingress_ifindex;
	unsigned long long one = 1, *count = bpf_map_lookup_elem(&packets, &interface);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&packets, &interface, &one, BPF_ANY);
	return XDP_PASS;
}
`;

test('a program without a target asks for one where the rows would be, and runs with it', async ({
  workbench: page,
}) => {
  await write(page, XDP_PROBE);
  await page.getByTestId('run').click();
  const needed = page.getByTestId('target-needed');
  await expect(needed).toBeVisible();
  await expect(page.getByTestId('run-error')).toHaveAttribute('data-code', 'target_needed');
  await expect(needed.getByRole('button', { name: 'Run' })).toBeDisabled();
  await needed.getByRole('button', { name: 'lo', exact: true }).click();
  await needed.getByRole('button', { name: 'Run' }).click();
  await state(page, /running/i);
  await expect(needed).toHaveCount(0);
  await run('ping', ['-c', '2', '-i', '0.2', '127.0.0.1']).catch(
    () =>
      // Without ping any packet on lo will do: the page itself has sent some.
      undefined,
  );
  await expect(page.getByTestId('bar-row').first()).toBeVisible();
  await stop(page);
});

test('a target for a program that was renamed since is shown, and once removed the probe runs', async ({
  workbench: page,
}) => {
  await write(page, XDP_PROBE);
  await page.getByTestId('side-params').click();
  await page.getByTestId('attach-on_packet').fill('lo');
  await write(page, XDP_PROBE.replace('on_packet', 'on_frame'));
  const stale = page.getByTestId('params-panel').getByTestId('stale-settings');
  await expect(stale).toContainText('on_packet');
  await page.getByTestId('attach-on_frame').fill('lo');
  await page.getByTestId('run').click();
  await expect(page.getByTestId('run-error')).toHaveAttribute('data-code', 'bad_target');
  await stale.getByRole('button', { name: 'Remove' }).click();
  await expect(stale).toHaveCount(0);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stop(page);
});
