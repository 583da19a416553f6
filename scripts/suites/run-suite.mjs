/** Runs one suite to its end or its time limit, with its output shown, and counts its tests. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { killTree } from '../process-tree.mjs';
import { inRepository, PINNED_NODE, ROOT, repositoryEnvironment } from '../repository.mjs';
import { countNodeTests, countPlaywright, countTap, noCounts, skipsOfPlaywright } from './counts.mjs';
import { nodeFailures, playwrightFailures, tapFailures } from './failures.mjs';

/** A daemon that left its group may hold the output open; what it says later is of no interest. */
const OUTPUT_WAIT_MS = 2000;

/**
 * @typedef {object} SuiteResult
 * @property {string} name
 * @property {import('./counts.mjs').Counts} counts
 * @property {number} seconds
 * @property {string} note why it failed beyond its tests; empty when there is no such reason
 * @property {import('./failures.mjs').Failure[]} failures
 */

/**
 * @typedef {object} RunOptions
 * @property {import('./turns.mjs').Turn['write']} [show] gets what the suite prints; default: printed here too
 * @property {AbortSignal} [signal] ends the suite, which has failed then; its reason is the note
 */

/**
 * @param {import('../suites.mjs').Suite} suite
 * @param {RunOptions} [options]
 * @returns {Promise<SuiteResult>}
 */
export async function runSuite(suite, { show = print, signal } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'probepad-suite-'));
  const started = performance.now();
  try {
    const report = join(folder, 'report');
    const env = {
      // Playwright's JSON reporter writes there.
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      NEXT_TELEMETRY_DISABLED: '1',
      // A suite starts hundreds of processes from the same sources, half of whose start is stripping their types.
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      // Set when this is itself run by a test: `node --test` would report to that one's runner.
      NODE_TEST_CONTEXT: undefined,
    };
    const end = await runShown(commandOf(suite, report), {
      limitMinutes: suite.limitMinutes,
      env,
      show,
      signal,
    });
    const written = existsSync(report) ? readFileSync(report, 'utf8') : '';
    const { counts, failures } = outcomeOf(suite, end.stdout, written);
    if (suite.playwright) for (const skip of skipsOfPlaywright(written)) show('stdout', `${skip}\n`);
    const seconds = (performance.now() - started) / 1000;
    return { name: suite.name, seconds, failures, ...judgeEnd(counts, end, suite.limitMinutes) };
  } finally {
    // What a suite left running may still write its compile cache.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @type {import('./turns.mjs').Turn['write']} */
function print(stream, text) {
  process[stream].write(text);
}

/**
 * A suite that crashed, took too long or ran nothing has at least one failure, whatever its tests say.
 *
 * @param {import('./counts.mjs').Counts} counts
 * @param {{ code: number | null, signal: string | null, timedOut: boolean, interrupted?: string | undefined }} end
 * @param {number} limitMinutes
 * @returns {{ counts: import('./counts.mjs').Counts, note: string }}
 */
export function judgeEnd(counts, end, limitMinutes) {
  const more = (/** @type {string} */ note, /** @type {number} */ failed) => ({
    counts: { ...counts, failed },
    note,
  });
  if (end.interrupted !== undefined) return more(`ended by ${end.interrupted}`, counts.failed + 1);
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
function outcomeOf(suite, stdout, report) {
  if (suite.tap) return { counts: countTap(stdout), failures: tapFailures(stdout) };
  if (suite.node) return { counts: countNodeTests(report), failures: nodeFailures(report) };
  if (suite.playwright) return { counts: countPlaywright(report), failures: playwrightFailures(report) };
  return { counts: noCounts(), failures: [] };
}

/**
 * @typedef {object} End
 * @property {number | null} code
 * @property {string | null} signal
 * @property {boolean} timedOut
 * @property {string | undefined} interrupted by what it was ended from here
 * @property {string} stdout
 */

/**
 * @param {string[]} argv
 * @param {{ limitMinutes: number, env: Record<string, string | undefined>, show: import('./turns.mjs').Turn['write'], signal: AbortSignal | undefined }} options
 * @returns {Promise<End>}
 */
function runShown(argv, { limitMinutes, env, show, signal: interruption }) {
  return new Promise((resolve) => {
    // A group of its own, so that all of it can be ended.
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      cwd: ROOT,
      env: repositoryEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const endAll = () => {
      if (child.pid !== undefined) killTree(child.pid);
    };
    let timedOut = false;
    /** @type {NodeJS.Timeout | undefined} */
    let outputTimer;
    const timer = setTimeout(() => {
      timedOut = true;
      endAll();
    }, limitMinutes * 60_000);
    interruption?.addEventListener('abort', endAll);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      show('stdout', text);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => show('stderr', text));
    const end = (/** @type {number | null} */ code, /** @type {string | null} */ signal) => {
      clearTimeout(timer);
      clearTimeout(outputTimer);
      interruption?.removeEventListener('abort', endAll);
      const interrupted = interruption?.aborted ? String(interruption.reason) : undefined;
      resolve({ code, signal, timedOut, interrupted, stdout });
    };
    child.on('error', (error) => {
      show('stderr', `${argv.join(' ')}: ${error.message}\n`);
      end(127, null);
    });
    child.on('exit', (code, signal) => {
      // What a crashed runner left behind; it may hold the output open.
      endAll();
      outputTimer = setTimeout(end, OUTPUT_WAIT_MS, code, signal);
    });
    child.on('close', end);
  });
}
