/**
 * `npm test`: sets up what the tests need, runs every suite of suites.mjs in order, and ends with a table and the
 * line `N passed, N failed`. Ends with 1 when anything failed. A signal ends it with all that it started, and with
 * the table of what there was until then.
 *
 *     npm test [-- --only NAME,…]
 */
import { constants } from 'node:os';
import { argv } from 'node:process';
import { STEPS, setUp } from './setup.mjs';
import { runStage } from './suites/run-stage.mjs';
import { selectSuites } from './suites/select.mjs';
import { stagesOf } from './suites/stages.mjs';
import { resultTable } from './suites/table.mjs';
import { SUITES } from './suites.mjs';

/** @type {import('./suites.mjs').Suite[]} */
let suites = [];
try {
  suites = selectSuites(argv.slice(2), SUITES);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}

try {
  await setUp(STEPS.test);
} catch (error) {
  // Without set-up no test means anything: one failure that says why.
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

if (suites.length < SUITES.length) console.log(`only ${suites.map(({ name }) => name).join(', ')}, as asked`);

const interruption = new AbortController();
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(name, () => interruption.abort(name));
}

/** @type {import('./suites/run-suite.mjs').SuiteResult[]} */
const results = [];
for (const stage of stagesOf(suites)) {
  if (interruption.signal.aborted) break;
  const show = (/** @type {'stdout' | 'stderr'} */ stream, /** @type {string} */ text) =>
    void process[stream].write(text);
  results.push(...(await runStage(stage, { show, signal: interruption.signal })));
}

const { signal } = interruption;
if (signal.aborted) console.log(`\nended by ${signal.reason}`);
console.log(`\n${resultTable(results)}`);
const failed = results.some(({ counts }) => counts.failed > 0);
process.exitCode = signal.aborted
  ? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal.reason)]
  : Number(failed);
