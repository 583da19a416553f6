/** What stands at the end of `npm test`: what failed, and the table of results. */
import { sumCounts } from './counts.mjs';
import { failureList } from './failures.mjs';

/**
 * @param {import('./run-suite.mjs').SuiteResult[]} results
 * @returns {string} what failed, if anything, a table, an empty line, and as the last line `N passed, N failed`
 */
export function resultTable(results) {
  const rows = results.map(({ name, counts, seconds, note }) => [
    name,
    String(counts.passed),
    String(counts.failed),
    String(counts.skipped),
    `${seconds.toFixed(1)} s`,
    note,
  ]);
  const table = [['suite', 'passed', 'failed', 'skipped', 'time', ''], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const failures = failureList(results);
  return `${failures && `${failures}\n\n`}${lines.join('\n')}\n\n${closingLine(results)}`;
}

/** @param {import('./run-suite.mjs').SuiteResult[]} results */
function closingLine(results) {
  const { passed, failed } = sumCounts(results.map(({ counts }) => counts));
  return `${passed} passed, ${failed} failed`;
}
