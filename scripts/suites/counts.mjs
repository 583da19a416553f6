/** Counts of tests, read from what the runners leave. */

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped also: to be done, expected to fail
 */

/** @returns {Counts} */
export function noCounts() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/**
 * @param {Counts[]} all
 * @returns {Counts}
 */
export function sumCounts(all) {
  const sum = noCounts();
  for (const counts of all) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  return sum;
}

/**
 * @param {string} lines what count-reporter.mjs wrote; a last line that was cut off is passed over
 * @returns {Counts}
 */
export function countNodeTests(lines) {
  const counts = noCounts();
  for (const line of lines.split('\n')) {
    const outcome = /^\{"outcome":"(passed|failed|skipped)".*\}$/.exec(line)?.[1];
    if (outcome === 'passed' || outcome === 'failed' || outcome === 'skipped') counts[outcome]++;
  }
  return counts;
}

/**
 * @param {string} output TAP, possibly among other lines, possibly several documents one after the other; only
 *   top-level test lines count, and tests that a plan announces but that never came count as failed
 * @returns {Counts}
 */
export function countTap(output) {
  const counts = noCounts();
  let planned = 0;
  let seen = 0;
  for (const line of output.split('\n')) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan) planned += Number(plan[1]);
    if (/^Bail out!/.test(line)) counts.failed++;
    const test = /^(not )?ok\b(.*)/.exec(line);
    if (test === null) continue;
    seen++;
    if (/# *(skip|todo)/i.test(test[2] ?? '')) counts.skipped++;
    else if (test[1]) counts.failed++;
    else counts.passed++;
  }
  counts.failed += Math.max(0, planned - seen);
  return counts;
}

/**
 * @param {string} json of Playwright's JSON reporter; empty or cut off when it did not get to write it, which counts as none
 * @returns {Counts}
 */
export function countPlaywright(json) {
  const { stats, errors } = parsed(json);
  if (stats === undefined) return noCounts();
  return {
    // A test that passed on a second try is reported as flaky: here there is no second try.
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + (errors?.length ?? 0),
    skipped: stats.skipped,
  };
}

/**
 * Which tests a Playwright run skipped, and why: its reporters for people leave that out.
 *
 * @param {string} json of Playwright's JSON reporter
 * @returns {string[]} a line for each
 */
export function skipsOfPlaywright(json) {
  /** @type {(suite: any) => string[]} */
  const skipsIn = ({ suites = [], specs = [] }) => [
    ...suites.flatMap(skipsIn),
    ...specs.flatMap((/** @type {any} */ { title, tests = [] }) =>
      tests
        .filter((/** @type {any} */ { status }) => status === 'skipped')
        .map((/** @type {any} */ { annotations = [] }) => {
          const why = annotations.find((/** @type {any} */ { type }) => type === 'skip')?.description;
          return `skipped: ${title}: ${why ?? 'no reason given'}`;
        }),
    ),
  ];
  return skipsIn(parsed(json));
}

/** @param {string} json */
function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
