/** `npm run bench`: sets up what the benchmark needs and runs it with the pinned Node. */
import { argv } from 'node:process';
import { runCommand } from './command.mjs';
import { PINNED_NODE, ROOT, repositoryEnvironment } from './repository.mjs';
import { STEPS, setUp } from './setup.mjs';

try {
  await setUp(STEPS.test);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
const { code } = await runCommand([PINNED_NODE, 'test/bench/main.ts', ...argv.slice(2)], {
  cwd: ROOT,
  env: repositoryEnvironment(),
  output: 'inherit',
});
process.exitCode = code;
