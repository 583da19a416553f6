import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, focusEditor, state, stop, test, write } from './workbench.ts';

/** Works at each exit of a system call of one process, some microseconds long. */
const HEAVY_PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile unsigned int target = 0;
unsigned long long sum;

SEC("tracepoint/raw_syscalls/sys_enter")
int on_enter(void *context)
{
	if (bpf_get_current_pid_tgid() >> 32 != target)
		return 0;
	for (int i = 0; i < 4000; i++)
		sum += bpf_get_prandom_u32();
	return 0;
}
`;

test('a run shows what it takes, and is detached when that is more than its budget', async ({
  workbench: page,
}) => {
  const busy = spawn('/bin/dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'], { stdio: 'ignore' });
  await once(busy, 'spawn');
  try {
    await write(page, HEAVY_PROBE);
    await page.getByTestId('side-params').click();
    await page.getByTestId('param-target').fill(String(busy.pid));
    // More than there is, in place of half of the machine.
    await page.getByTestId('cpu-budget').fill('16');
    await page.getByTestId('run').click();
    await state(page, /running/i);
    await expect(page.getByTestId('status-cpus')).toHaveText(/\d+(\.\d+)? % CPU/);
    await stop(page);
    await page.getByTestId('source-tab-overview').click();
    await page.getByTestId('measure-cost').click();
    await expect(page.getByTestId('cost-table')).toContainText('process switch', { timeout: 60_000 });

    await page.getByTestId('cpu-budget').fill('0.2');
    await focusEditor(page);
    await page.keyboard.press('Control+Enter');
    await state(page, /it cost the host more than its budget/);
    await expect(page.getByTestId('run-error')).toContainText('its budget is 0.2');
    await expect(page.getByTestId('run-error')).toContainText('filter before it sends');
  } finally {
    busy.kill('SIGKILL');
  }
});
