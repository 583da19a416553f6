/** Fetches every guest kernel and builds its initramfs, so that the first test does not wait for it. */
import { buildInitramfs } from './initramfs.ts';
import { fetchKernel, KERNEL_SUITES, type KernelName } from './kernel.ts';

for (const name of Object.keys(KERNEL_SUITES) as KernelName[]) {
  const kernel = await fetchKernel(name);
  await buildInitramfs(kernel);
  console.log(kernel.release);
}
