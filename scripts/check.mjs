/**
 * `npm run check`: the quick suites, for while one works: types, lint, import rules and unit tests, without
 * set-up. Ends with the same line as `npm test`.
 */
import { runSuite } from './suites/run-suite.mjs';
import { resultTable } from './suites/table.mjs';
import { SUITES } from './suites.mjs';

const QUICK = ['check', 'unit'];

const results = [];
for (const suite of SUITES.filter(({ name }) => QUICK.includes(name))) {
  console.log(`\n── ${suite.name}: ${suite.about}`);
  results.push(await runSuite(suite));
}
console.log(`\n${resultTable(results)}`);
process.exitCode = results.some(({ counts }) => counts.failed > 0) ? 1 : 0;
