/** Runs the suites of a stage at once; what goes wrong around one of them is its failure and leaves the others alone. */
import { noCounts } from './counts.mjs';
import { runSuite } from './run-suite.mjs';
import { takeTurns } from './turns.mjs';

/**
 * @param {import('../suites.mjs').Suite[]} stage
 * @param {{ show: import('./turns.mjs').Turn['write'], signal: AbortSignal }} options gets what is printed; ends all of it
 * @returns {Promise<import('./run-suite.mjs').SuiteResult[]>} one for each suite, in their order
 */
export function runStage(stage, { show, signal }) {
  const turns = takeTurns(stage.length, show);
  return Promise.all(
    stage.map(async (suite, index) => {
      const turn = /** @type {import('./turns.mjs').Turn} */ (turns[index]);
      const others = stage.filter((other) => other !== suite).map(({ name }) => name);
      turn.write(
        'stdout',
        `\n── ${suite.name}: ${suite.about}${others.length > 0 ? ` (beside ${others.join(', ')})` : ''}\n`,
      );
      const started = performance.now();
      try {
        return await runSuite(suite, { show: turn.write, signal });
      } catch (error) {
        // Such as a full disk.
        const note = error instanceof Error ? error.message : String(error);
        const seconds = (performance.now() - started) / 1000;
        return { name: suite.name, counts: { ...noCounts(), failed: 1 }, seconds, note, failures: [] };
      } finally {
        turn.end();
      }
    }),
  );
}
