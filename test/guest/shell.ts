/**
 * Boots a guest and runs one command in it, for debugging:
 *
 *     node test/guest/shell.ts 6.1 -- uname -a
 */
import process from 'node:process';
import { bootGuest } from './guest.ts';
import { KERNEL_SUITES, type KernelName } from './kernel.ts';

function isKernel(name: string | undefined): name is KernelName {
  return name !== undefined && Object.hasOwn(KERNEL_SUITES, name);
}

const [kernel, separator, ...argv] = process.argv.slice(2);
if (!isKernel(kernel) || separator !== '--' || argv.length === 0) {
  console.error(
    `usage: node test/guest/shell.ts ${Object.keys(KERNEL_SUITES).join('|')} -- COMMAND [ARGUMENT…]`,
  );
  process.exit(2);
}

const started = performance.now();
await using guest = await bootGuest({ kernel });
console.error(
  `${guest.name}: Linux ${guest.kernelRelease} up in ${Math.round(performance.now() - started)} ms`,
);
const command = guest.spawn(argv, {
  cwd: process.cwd(),
  env: { PATH: process.env.PATH ?? '/usr/bin:/bin', TERM: process.env.TERM ?? 'dumb' },
});
process.stdin.pipe(command.stdin).on('error', () => {});
command.stdout.pipe(process.stdout);
command.stderr.pipe(process.stderr);
process.on('SIGINT', () => command.kill('SIGINT'));
const { code } = await command.exit;
process.stdin.destroy();
process.exitCode = code;
