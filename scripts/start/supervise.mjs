/** Keeps a long-running part running: starts it again when it ends by itself, more slowly each time. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} argv
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [cwd]
 * @property {(line: string) => void} onLine what it prints, a line at a time
 * @property {(what: string) => void} onEvent that it ended by itself and what is done about it
 */

/**
 * @typedef {object} Supervised
 * @property {() => number | undefined} pid undefined between an end and the next start
 * @property {() => Promise<void>} stop ends it for good: SIGTERM, after a while SIGKILL
 */

/**
 * @typedef {object} Delays milliseconds
 * @property {number} first before the first restart; each later one waits twice as long
 * @property {number} most
 * @property {number} steady after running this long it counts as well again
 * @property {number} kill between SIGTERM and SIGKILL
 */

/** @type {Delays} */
export const DELAYS = { first: 500, most: 30_000, steady: 60_000, kill: 5000 };

/**
 * @param {Part} part
 * @param {Delays} [delays]
 * @returns {Supervised}
 */
export function supervise(part, delays = DELAYS) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  /** @type {NodeJS.Timeout | undefined} */
  let restart;
  let stopping = false;
  let ends = 0;
  /** @type {() => void} */
  let ended = () => {};

  const start = () => {
    const started = performance.now();
    restart = undefined;
    child = spawn(part.argv[0] ?? '', part.argv.slice(1), {
      cwd: part.cwd,
      env: part.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Not in the terminal's group: Ctrl+C is for whoever supervises, who then ends this in order.
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', part.onLine);
    }
    // Either of the two comes, or both when a signal can't be sent.
    child.once('error', (error) => onEnd(error.message, started));
    child.once('exit', (code, signal) => onEnd(signal ?? `code ${code}`, started));
  };

  const onEnd = (/** @type {string} */ reason, /** @type {number} */ started) => {
    if (child === undefined) return;
    child = undefined;
    if (stopping) return ended();
    if (performance.now() - started > delays.steady) ends = 0;
    const delay = Math.min(delays.first * 2 ** ends++, delays.most);
    part.onEvent(`${part.name} ended (${reason}); starting it again in ${delay / 1000} s`);
    restart = setTimeout(start, delay);
  };

  const stop = async () => {
    stopping = true;
    clearTimeout(restart);
    const current = child;
    if (current === undefined) return;
    const end = new Promise((resolve) => {
      ended = () => resolve(undefined);
    });
    current.kill('SIGTERM');
    const timer = setTimeout(() => current.kill('SIGKILL'), delays.kill);
    await end;
    clearTimeout(timer);
  };

  start();
  return { pid: () => child?.pid, stop };
}
