/**
 * Pictures of every view for docs/images, with live results of the templates on this machine: `node scripts/screenshots.mjs [WHICH]`.
 */
import { argv } from 'node:process';
import { runCommand } from './command.mjs';
import { inRepository, ROOT, repositoryEnvironment } from './repository.mjs';
import { STEPS, setUp } from './setup.mjs';

try {
  await setUp(STEPS.test);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
const { code } = await runCommand(
  [
    inRepository('node_modules/.bin/playwright'),
    'test',
    '-c',
    'test/screenshots/playwright.config.ts',
    ...argv.slice(2),
  ],
  { cwd: ROOT, env: repositoryEnvironment(), output: 'inherit' },
);
process.exitCode = code;
