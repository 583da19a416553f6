/**
 * Runs one command for the set-up and test scripts. Plain Node, no packages: these scripts run before
 * `npm ci` has.
 */
import { spawn } from 'node:child_process';

/**
 * @typedef {object} CommandOptions
 * @property {string | undefined} [cwd]
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment; undefined removes
 * @property {'capture' | 'inherit'} [output] capture (default) or show what the command prints
 * @property {number | undefined} [timeoutMs] the command's whole process group is killed after this long
 */

/**
 * @typedef {object} CommandResult
 * @property {number} code exit code; 128 + n after signal n, 127 when it can't be started, 124 when timed out
 * @property {string} stdout empty when output is 'inherit'
 * @property {string} stderr
 */

/**
 * Runs `argv` to its end. Never throws: a command that can't be started has code 127 and the reason on stderr.
 *
 * @param {string[]} argv
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(argv, { cwd, env, output = 'capture', timeoutMs } = {}) {
  return new Promise((resolve) => {
    const stdio = output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      cwd,
      env: { ...process.env, ...env },
      stdio: /** @type {import('node:child_process').StdioOptions} */ (stdio),
      detached: timeoutMs !== undefined,
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            killGroup(child.pid);
          }, timeoutMs);
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, stdout, stderr: `${stderr}${error.message}` });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: timedOut ? 124 : (code ?? signalExitCode(signal)), stdout, stderr });
    });
  });
}

/**
 * Like runCommand, but throws an Error with what failed and the command's own words when it does not end with 0.
 *
 * @param {string} what a gerund phrase: "unpacking the kernel"
 * @param {string[]} argv
 * @param {CommandOptions} [options]
 * @returns {Promise<string>} its standard output
 */
export async function runOrThrow(what, argv, options) {
  const result = await runCommand(argv, options);
  if (result.code !== 0) {
    const said = `${result.stderr}${result.stdout}`.trim();
    throw new Error(`${what}: \`${argv.join(' ')}\` ended with ${result.code}${said ? `\n${said}` : ''}`);
  }
  return result.stdout;
}

/** @param {number | undefined} pid a process group's leader */
function killGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended between the timer and here.
  }
}

/** @param {NodeJS.Signals | null} signal */
function signalExitCode(signal) {
  return signal === 'SIGKILL' ? 137 : signal === 'SIGTERM' ? 143 : signal === 'SIGINT' ? 130 : 129;
}
