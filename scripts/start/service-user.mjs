/** Which user hub and agent run as: never root where that can be helped. */
import { mkdirSync, readdirSync } from 'node:fs';
import { runCommand, runOrThrow } from '../command.mjs';
import { PINNED_NODE, ROOT } from '../repository.mjs';
import { isRoot } from '../setup/root.mjs';

const USER = 'probepad';

/** The folder for Node's compile cache within the data folder, there even when a hub ended before it made anything else. */
export const COMPILED = 'compiled';

/** What is in the data folder before the hub's database is: a first start may have ended anywhere. */
const BEFORE_DATABASE = [COMPILED, 'token'];

/**
 * @typedef {object} Identity
 * @property {string[]} prefix put before a command to run it as the chosen user, who then also ends with us
 * @property {string | undefined} user the service user; undefined: whoever started this
 * @property {string} note one line for the person
 */

/**
 * Root gives its place to a system user of Probepad's own, when that user can read the checkout and run the
 * compiler's box; anybody else stays who they are.
 *
 * @param {string} data the data folder; made, and given to the service user. Throws when it is somebody else's
 * @returns {Promise<Identity>}
 */
export async function chooseIdentity(data) {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const endWithUs = ['setpriv', '--pdeathsig', 'TERM'];
  if (!isRoot()) return { prefix: endWithUs, user: undefined, note: 'hub and agent run as you' };

  const problem = (await makeUser()) ?? (await problemOfUser());
  if (problem !== undefined) {
    return { prefix: endWithUs, user: undefined, note: `hub and agent run as root, because ${problem}` };
  }
  checkData(data);
  await runOrThrow('giving the data folder to its user', ['chown', '-R', `${USER}:${USER}`, data]);
  const note = `hub and agent run as the system user ${USER}; only the loader has privileges`;
  return { prefix: [...endWithUs, ...asUser()], user: USER, note };
}

/**
 * Everything in the data folder changes its owner, which must not happen to a home folder that PROBEPAD_DATA names by mistake.
 * Throws unless the folder holds a hub's database, or nothing but what a hub writes before that.
 *
 * @param {string} data
 */
export function checkData(data) {
  const names = readdirSync(data).filter((name) => !BEFORE_DATABASE.includes(name));
  if (names.length === 0 || names.includes('hub.sqlite')) return;
  const [other] = names;
  throw new Error(
    `PROBEPAD_DATA is ${data}, which holds other files (${other}): name an empty or a new folder, which the user ${USER} will own`,
  );
}

/** setpriv's options for the user; file capabilities of what it starts keep working. */
function asUser() {
  return ['--reuid', USER, '--regid', USER, '--init-groups', '--inh-caps=-all'];
}

/** @returns {Promise<string | undefined>} why there is no such user */
async function makeUser() {
  if ((await runCommand(['getent', 'passwd', USER])).code === 0) return undefined;
  const made = await runCommand([
    ...['useradd', '--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'],
    ...['--shell', '/usr/sbin/nologin', USER],
  ]);
  return made.code === 0 ? undefined : `the user ${USER} can't be made: ${made.stderr.trim()}`;
}

/** @returns {Promise<string | undefined>} what the user can't do */
async function problemOfUser() {
  const run = (/** @type {string[]} */ argv) =>
    runCommand(['setpriv', ...asUser(), '--', ...argv], { cwd: '/' });
  const node = await run([PINNED_NODE, '--eval', `require('node:fs').readdirSync(${JSON.stringify(ROOT)})`]);
  if (node.code !== 0) return `the user ${USER} can't read ${ROOT} (a folder above it is closed to others)`;
  const box = await run(['bwrap', '--unshare-all', '--ro-bind', '/', '/', '--cap-drop', 'ALL', '/bin/true']);
  if (box.code !== 0) return `the user ${USER} can't run the compiler's box: ${box.stderr.trim()}`;
  return undefined;
}
