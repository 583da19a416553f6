/** Commands that need root: run as they are, by sudo, or told to the person. */
import { runCommand } from '../command.mjs';

/** @returns {boolean} */
export function isRoot() {
  return process.getuid?.() === 0;
}

/**
 * Runs a command as root. Throws with the exact command to run by hand when this process is not root and has no
 * sudo, or when the command fails.
 *
 * @param {string} what a gerund phrase
 * @param {string[]} argv
 * @param {Record<string, string>} [env]
 */
export async function runAsRoot(what, argv, env = {}) {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = variables.length > 0 ? ['env', ...variables, ...argv] : argv;
  const prefix = isRoot() ? [] : await sudo();
  if (prefix === undefined) {
    throw new Error(`${what} needs root, and there is no sudo that works here. Run this, then start again:
  ${command.map(quoted).join(' ')}`);
  }
  const result = await runCommand([...prefix, ...command]);
  if (result.code === 0) return;
  const said = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-12).join('\n');
  throw new Error(`${what}: \`${command.map(quoted).join(' ')}\` ended with ${result.code}\n${said}`);
}

/** @returns {Promise<string[] | undefined>} sudo that asks for a password only where somebody can type one */
async function sudo() {
  if ((await runCommand(['sudo', '-n', 'true'])).code === 0) return ['sudo', '-n'];
  if (!process.stdin.isTTY) return undefined;
  const asked = await runCommand(['sudo', '-v', '-p', 'sudo password for %u, to set Probepad up: '], {
    output: 'inherit',
  });
  return asked.code === 0 ? ['sudo', '-n'] : undefined;
}

/** @param {string} word */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}
