/** Runs one suite to its end or its time limit, with its output shown, and counts its tests. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRepository, PINNED_NODE, ROOT, repositoryEnvironment } from '../repository.mjs';
import { countNodeTests, countPlaywright, countTap, noCounts } from './counts.mjs';

/** A daemon that left its group may hold the output open; what it says later is of no interest. */
const OUTPUT_WAIT_MS = 2000;

/**
 * @typedef {object} SuiteResult
 * @property {string} name
 * @property {import('./counts.mjs').Counts} counts
 * @property {number} seconds
 * @property {string} note why it failed beyond its tests; empty when there is no such reason
 */

/**
 * @param {import('../suites.mjs').Suite} suite
 * @returns {Promise<SuiteResult>}
 */
export async function runSuite(suite) {
  const folder = mkdtempSync(join(tmpdir(), 'probepad-suite-'));
  const started = performance.now();
  try {
    const report = join(folder, 'report');
    const end = await runShown(commandOf(suite, report), suite.limitMinutes, {
      // Playwright's JSON reporter writes there.
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      NEXT_TELEMETRY_DISABLED: '1',
      // Set when this is itself run by a test: `node --test` would report to that one's runner.
      NODE_TEST_CONTEXT: undefined,
    });
    const counts = countsOf(suite, end.stdout, existsSync(report) ? readFileSync(report, 'utf8') : '');
    const seconds = (performance.now() - started) / 1000;
    return { name: suite.name, seconds, ...judgeEnd(counts, end, suite.limitMinutes) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A suite that crashed, took too long or ran nothing has at least one failure, whatever its tests say.
 *
 * @param {import('./counts.mjs').Counts} counts
 * @param {{ code: number | null, signal: string | null, timedOut: boolean }} end
 * @param {number} limitMinutes
 * @returns {{ counts: import('./counts.mjs').Counts, note: string }}
 */
export function judgeEnd(counts, end, limitMinutes) {
  const more = (/** @type {string} */ note, /** @type {number} */ failed) => ({
    counts: { ...counts, failed },
    note,
  });
  if (end.timedOut) return more(`ended after its limit of ${limitMinutes} min`, counts.failed + 1);
  if (counts.passed + counts.failed === 0) return more('ran no test', 1);
  if (end.code !== 0 && counts.failed === 0) {
    return more(`ended with ${end.signal ?? end.code} although no test failed`, 1);
  }
  return { counts, note: '' };
}

/**
 * @param {import('../suites.mjs').Suite} suite
 * @param {string} report where the runner leaves its report
 * @returns {string[]}
 */
function commandOf(suite, report) {
  if (suite.tap) return suite.tap[0] === 'node' ? [PINNED_NODE, ...suite.tap.slice(1)] : suite.tap;
  if (suite.node) {
    const reporter = pathToFileURL(inRepository('scripts/suites/count-reporter.mjs')).href;
    const atOnce = suite.filesAtOnce === undefined ? [] : [`--test-concurrency=${suite.filesAtOnce}`];
    return [
      PINNED_NODE,
      ...['--test', ...atOnce, '--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`],
      ...suite.node,
    ];
  }
  if (suite.playwright) {
    const playwright = inRepository('node_modules/@playwright/test/cli.js');
    return [PINNED_NODE, playwright, 'test', '--config', suite.playwright, '--reporter=line,json'];
  }
  throw new Error(`suite ${suite.name} names nothing to run`);
}

/**
 * @param {import('../suites.mjs').Suite} suite
 * @param {string} stdout
 * @param {string} report
 */
function countsOf(suite, stdout, report) {
  if (suite.tap) return countTap(stdout);
  if (suite.node) return countNodeTests(report);
  return suite.playwright ? countPlaywright(report) : noCounts();
}

/**
 * @param {string[]} argv
 * @param {number} limitMinutes
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<{ code: number | null, signal: string | null, timedOut: boolean, stdout: string }>}
 */
function runShown(argv, limitMinutes, env) {
  return new Promise((resolve) => {
    // A group of its own, so that all of it can be ended.
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      cwd: ROOT,
      env: repositoryEnvironment(env),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const endGroup = (/** @type {NodeJS.Signals} */ signal) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It has ended.
      }
    };
    const interrupted = () => {
      endGroup('SIGKILL');
      process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    let timedOut = false;
    /** @type {NodeJS.Timeout | undefined} */
    let outputTimer;
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup('SIGKILL');
    }, limitMinutes * 60_000);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      process.stdout.write(text);
    });
    const end = (/** @type {number | null} */ code, /** @type {string | null} */ signal) => {
      clearTimeout(timer);
      clearTimeout(outputTimer);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve({ code, signal, timedOut, stdout });
    };
    child.on('error', (error) => {
      console.error(`${argv.join(' ')}: ${error.message}`);
      end(127, null);
    });
    child.on('exit', (code, signal) => {
      // What a crashed runner left behind; it may hold the output open.
      endGroup('SIGKILL');
      outputTimer = setTimeout(end, OUTPUT_WAIT_MS, code, signal);
    });
    child.on('close', end);
  });
}
