/**
 * `npm test`: sets up what the tests need, runs every suite of suites.mjs in order, and ends with a table and the
 * line `N passed, N failed`. Ends with 1 when anything failed.
 *
 *     npm test [-- --only NAME,…]
 */
import { argv } from 'node:process';
import { STEPS, setUp } from './setup.mjs';
import { runSuite } from './suites/run-suite.mjs';
import { selectSuites } from './suites/select.mjs';
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
const results = [];
for (const suite of suites) {
  console.log(`\n── ${suite.name}: ${suite.about}`);
  results.push(await runSuite(suite));
}

console.log(`\n${resultTable(results)}`);
process.exitCode = results.some(({ counts }) => counts.failed > 0) ? 1 : 0;
