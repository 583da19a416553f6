import { after, before, describe, test } from 'node:test';
import { EXPECTATIONS } from '../.pp/templates/expectations.ts';
import { runTemplate } from '../.pp/templates/template-run.ts';
import { bootGuest, type Guest } from './guest.ts';
import { KERNEL_SUITES, type KernelName } from './kernel.ts';

/** Longer than any boot on a busy machine. */
const BOOT = { timeout: 300_000 };
/** Under emulation Node starts in seconds and clang compiles in ten; the first run also makes vmlinux.h. */
const TIMEOUT_MS = 240_000;

for (const kernel of [process.env.K ?? '6.1'] as KernelName[]) {
  describe(`templates on kernel ${kernel}`, () => {
    let guest: Guest;
    before(async () => {
      guest = await bootGuest({ kernel, name: `templates-${kernel.replace('.', '-')}` });
      // Network namespaces and the cable between them are modules here.
      await guest.exec(['modprobe', 'veth']);
    }, BOOT);
    after(async () => {
      await guest?.close();
    }, BOOT);

    for (const expectation of EXPECTATIONS) {
      test(`${expectation.template} shows what its workload did`, { timeout: TIMEOUT_MS }, async () => {
        await runTemplate({
          machine: guest,
          expectation,
          env: { PROBEPAD_AGENT_DATA: '/tmp/probepad' },
          timeoutMs: TIMEOUT_MS,
        });
      });
    }
  });
}
