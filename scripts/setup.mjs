/**
 * Set-up: what Probepad needs on this machine, step by step. Each step looks first, in milliseconds, and does
 * something only when it has to.
 *
 *     node scripts/setup.mjs [run|test]
 */
import { statSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { debianPackagesStep } from './setup/debian-packages.mjs';
import { guestKernelsStep } from './setup/guest-kernels.mjs';
import { libbpfStep } from './setup/libbpf.mjs';
import { loaderStep } from './setup/loader.mjs';
import { nodeModulesStep } from './setup/node-modules.mjs';
import { RUN_PACKAGES, TEST_PACKAGES } from './setup/package-sets.mjs';
import { tracefsStep } from './setup/tracefs.mjs';
import { webBuildStep } from './setup/web-build.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} why what it is for, in a few words
 * @property {() => Promise<string | false>} needed what `run` is going to do, and why; false when it is in place
 * @property {() => Promise<string | undefined>} run the result in a few words; throws with what a person can do
 */

const COMMON_STEPS = [nodeModulesStep, libbpfStep, loaderStep, tracefsStep, webBuildStep];

/** @type {Record<'run' | 'test', Step[]>} */
export const STEPS = {
  run: [debianPackagesStep('packages', RUN_PACKAGES), ...COMMON_STEPS],
  test: [
    debianPackagesStep('packages', { ...RUN_PACKAGES, ...TEST_PACKAGES }),
    ...COMMON_STEPS,
    guestKernelsStep,
  ],
};

/**
 * Runs the steps that are needed, telling what it does and why. Throws at the first one that fails, with the
 * step's name in the message.
 *
 * @param {Step[]} steps
 * @param {(line: string) => void} [say]
 */
export async function setUp(steps, say = console.log) {
  for (const step of steps) {
    try {
      const todo = await step.needed();
      if (todo === false) continue;
      say(`set-up: ${step.name} (${step.why}): ${todo}`);
      const started = performance.now();
      const result = await step.run();
      say(
        `set-up: ${step.name} done in ${seconds(performance.now() - started)}${result ? `: ${result}` : ''}`,
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`set-up stopped at "${step.name}" (${step.why}).\n${reason}`, { cause: error });
    }
  }
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

if (isMain()) {
  const set = argv[2] ?? 'run';
  if (set !== 'run' && set !== 'test') {
    console.error('usage: node scripts/setup.mjs [run|test]');
    process.exit(2);
  }
  try {
    await setUp(STEPS[set]);
    console.log('set-up: everything is in place');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** Whether this file was started, not imported. */
function isMain() {
  const started = argv[1];
  return started !== undefined && statSync(started).ino === statSync(fileURLToPath(import.meta.url)).ino;
}
