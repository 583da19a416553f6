import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { bootGuest, type Guest } from '../guest/guest.ts';
import { joinHub } from '../guest/join-hub.ts';
import type { Stack } from '../stack/stack.ts';
import { smallPng } from './small-png.ts';
import { filesOf, paste, wildFolder } from './wild-programs.ts';
import { test as base, expect, stackOf, stop } from './workbench.ts';

/**
 * What somebody sees who pastes a program of libbpf-tools and presses Run, with no setting touched but the host. A kernel with kprobes is
 * needed for most, so they run in a guest. What sees very much runs here: under emulation it would take more than a run may.
 */

/** A hub of its own: in that of other tests there was a guest of this name before. */
const test = base.extend<object, { stack: Stack }>({ stack: stackOf() });

/** The folder that pictures for docs/FROM-THE-WILD.md go to; unset, none are made. */
const PICTURES = process.env.PROBEPAD_SCREENSHOTS;

/** A pasted program under emulation, on a busy machine. */
const SLOW = { timeout: 90_000 };

const SPAN = /^[\d.]+ (µs|ms|s)$/;

interface Wild {
  program: string;
  here?: true;
  /** What there is to choose after Run, where no kernel has what the program names. */
  start?(page: Page): Promise<void>;
  /** Run by bash on the same machine, once the program is attached. `PORT`: the hub's, at 10.0.2.2 in a guest. */
  workload: string;
  look(page: Page, port: string): Promise<void>;
}

/** The texts of the first row that has `text`, by the heads of its columns. */
async function cellsOf(page: Page, text: string): Promise<Record<string, string>> {
  await page.getByLabel('Filter rows').fill(text);
  const found = page.getByTestId('event-row').filter({ hasText: text }).first();
  await expect(found).toBeVisible(SLOW);
  const heads = await page.getByRole('columnheader').allInnerTexts();
  const cells = await found.getByRole('gridcell').allInnerTexts();
  return Object.fromEntries(heads.map((head, at) => [head.trim(), cells[at]?.trim() ?? '']));
}

/** Waits until the row that has `text` reads so: names of users and processes come a moment after it. */
async function rowIs(page: Page, text: string, cells: Record<string, unknown>): Promise<void> {
  await expect.poll(() => cellsOf(page, text), SLOW).toMatchObject(cells);
}

async function viewIs(page: Page, kind: string): Promise<void> {
  await expect(page.getByTestId(`view-${kind}`).first()).toHaveAttribute('aria-pressed', 'true');
}

const WILD: Wild[] = [
  {
    program: 'execsnoop',
    workload: "/bin/ls -d '/tmp/two words'; true",
    async look(page) {
      const args = "/bin/ls -d '/tmp/two words'";
      await rowIs(page, 'two words', { comm: 'ls', args, uid: '0 (root)', retval: '0' });
      const row = await cellsOf(page, 'two words');
      expect(row.ppid).toMatch(/^\d+( \(.+\))?$/);
      // They only count what `args` shows.
      expect(Object.keys(row)).not.toContain('args_size');
      expect(Object.keys(row)).not.toContain('args_count');
    },
  },
  {
    program: 'opensnoop',
    here: true,
    workload: 'cat /etc/wild-nowhere; true',
    async look(page) {
      const text = '/etc/wild-nowhere';
      await rowIs(page, text, { comm: 'cat', uid: '0 (root)', ret: '-2 ENOENT', flags: 'O_RDONLY' });
      const row = await cellsOf(page, text);
      expect(Object.entries(row).find(([, text]) => text === '/etc/wild-nowhere')?.[0]).toMatch(/^fname/);
    },
  },
  {
    program: 'tcpconnect',
    workload: 'exec 3<>/dev/tcp/10.0.2.2/PORT; exec 3<>/dev/tcp/::1/9; true',
    async look(page, port) {
      await rowIs(page, '10.0.2.2', {
        ...{ task: 'bash', saddr: '10.0.2.15', daddr: '10.0.2.2', dport: port },
        ...{ af: 'AF_INET', uid: '0 (root)' },
      });
      await rowIs(page, '::1', { daddr: '::1', dport: '9', af: 'AF_INET6' });
    },
  },
  {
    program: 'tcplife',
    workload:
      'exec 3<>/dev/tcp/10.0.2.2/PORT; printf "GET /none HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3 >/dev/null',
    async look(page, port) {
      await rowIs(page, '10.0.2.2', {
        ...{ saddr: '10.0.2.15', daddr: '10.0.2.2', dport: port, family: 'AF_INET' },
        tx_b: expect.stringMatching(/^2[2-4] B$/),
        ...{ rx_b: expect.stringMatching(/^[\d.]+ (B|KiB)$/), span_us: expect.stringMatching(SPAN) },
      });
    },
  },
  {
    program: 'exitsnoop',
    workload: 'sleep 100 & sleep 1; kill -TERM $!; wait; true',
    async look(page) {
      const moment = expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{6}$/);
      await rowIs(page, '15 SIGTERM', { comm: 'sleep', start_time: moment, exit_time: moment });
    },
  },
  {
    program: 'biolatency',
    workload: 'modprobe null_blk && dd if=/dev/zero of=/dev/nullb0 bs=4k count=64 oflag=direct',
    async look(page) {
      await viewIs(page, 'histogram');
      const histogram = page.getByTestId('histogram');
      await expect(histogram).toContainText(/hists · [1-9]\d/, SLOW);
      await expect(histogram.getByRole('rowheader').first()).toHaveText(/µs|ms/);
    },
  },
  {
    program: 'runqlat',
    workload: 'for each in 1 2 3 4 5 6 7 8; do sleep 0.01 & done; wait',
    async look(page) {
      await viewIs(page, 'histogram');
      await expect(page.getByTestId('histogram')).toContainText(/hists · \d/, SLOW);
      await expect(page.getByRole('rowheader').first()).toHaveText(/µs|ms/);
    },
  },
  {
    program: 'fsslower',
    // Its loader would choose a file system's functions; the guest's root is an overlay.
    async start(page) {
      await page.getByTestId('absent-targets').getByRole('button', { name: 'overlay' }).click(SLOW);
    },
    workload: 'cat /etc/hostname >/dev/null',
    async look(page) {
      await rowIs(page, 'hostname', { task: 'cat', file: 'hostname', delta_us: expect.stringMatching(SPAN) });
    },
  },
  {
    program: 'softirqs',
    workload: 'sleep 2',
    async look(page) {
      // Without `targ_dist` it counts and keeps no histogram.
      await viewIs(page, 'chart');
      await expect(page.getByTestId('chart')).toBeVisible(SLOW);
      // Enough of it for a picture.
      await expect(page.getByText(/^1\d points/)).toBeVisible(SLOW);
    },
  },
];

/** Waits until the program is attached. A guest that was too busy to answer in time comes back without the run: it is tried again then. */
async function running(page: Page, guest: Guest, wanted: boolean): Promise<void> {
  const up = page.locator('[data-testid="run-host"][data-state="running"]');
  const lost = page
    .getByTestId('run-error')
    .filter({ hasText: /came back without the run|offline|not connected/ });
  for (let tries = 0; tries < 3; tries++) {
    await expect(up.or(lost)).toBeVisible(SLOW);
    if (await up.isVisible()) return;
    await choose(page, guest, wanted);
    await page.getByTestId('run').click();
    await expect(lost).toHaveCount(0);
  }
  await expect(up).toBeVisible(SLOW);
}

/** Leaves the guest alone chosen, or every other host. */
async function choose(page: Page, guest: Guest, wanted: boolean): Promise<void> {
  await page.getByTestId('host-picker').click();
  const choices = page.locator('[data-testid^="pick-"]');
  const own = choices.filter({ hasText: guest.name });
  // A guest that was too busy to answer in time is offline for a while.
  await expect(own).toContainText(guest.kernelRelease, { timeout: 180_000 });
  const others = choices.filter({ hasNotText: guest.name });
  for (const [group, checked] of wanted
    ? ([
        [own, true],
        [others, false],
      ] as const)
    : ([
        [others, true],
        [own, false],
      ] as const)) {
    for (const choice of await group.all()) await choice.getByRole('checkbox').setChecked(checked);
  }
  await page.keyboard.press('Escape');
}

test('programs of libbpf-tools, pasted as they are, show what they see with no setting touched', async ({
  workbench: page,
  stack,
}) => {
  test.setTimeout(1_500_000);
  const folder = await wildFolder().catch((error: Error) => error);
  test.skip(typeof folder !== 'string', folder instanceof Error ? folder.message : '');
  if (typeof folder !== 'string') return;
  const guest = await bootGuest({ kernel: '6.1' });
  try {
    await joinHub(stack, guest);
    for (const { program, here, start, workload, look } of WILD) {
      await test.step(program, async () => {
        await paste(page, filesOf(folder, program));
        await choose(page, guest, !here);
        await page.getByTestId('run').click();
        await start?.(page);
        await running(page, guest, !here);
        const port = String(stack.port);
        const argv = ['-c', workload.replaceAll('PORT', port)];
        if (here) await promisify(execFile)('bash', argv);
        else await guest.exec(['bash', ...argv]);
        await look(page, port);
        if (PICTURES !== undefined) {
          const filter = page.getByLabel('Filter rows');
          if (await filter.isVisible()) await filter.fill('');
          const toast = page.getByTestId('toasts').getByRole('button', { name: /dismiss|close/i });
          if (await toast.first().isVisible()) await toast.first().click();
          const picture = await smallPng(page, await page.screenshot());
          await writeFile(join(PICTURES, `wild-${program}.png`), picture);
        }
        // A guest that was too busy to answer in time has lost the run by now.
        await expect(page.getByTestId('stop').or(page.getByTestId('run'))).toBeVisible();
        if (await page.getByTestId('stop').isVisible()) await stop(page);
      });
    }
  } finally {
    await guest.close();
  }
});
