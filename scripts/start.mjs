/**
 * `npm start`: sets this machine up, then runs the hub and an agent for this machine until Ctrl+C, and prints the
 * URL to open. PROBEPAD_HOST, PROBEPAD_PORT and PROBEPAD_DATA go through to both.
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inRepository, PINNED_NODE, repositoryEnvironment } from './repository.mjs';
import { grantLoaderCapabilities } from './setup/loader.mjs';
import { isRoot } from './setup/root.mjs';
import { STEPS, setUp } from './setup.mjs';
import { runParts } from './start/run-parts.mjs';
import { COMPILED, chooseIdentity } from './start/service-user.mjs';

const data = resolve(process.env.PROBEPAD_DATA || inRepository('.probepad'));

/** The URL is printed without the agent after this long; the log says what keeps it. */
const JOIN_WAIT_MS = 15_000;

try {
  await start();
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}

async function start() {
  await setUp(STEPS.run);
  const identity = await chooseIdentity(data);
  console.log(identity.note);
  if (identity.user !== undefined || !isRoot()) await grantLoader(identity.user);

  const parts = runParts({
    hub: [...identity.prefix, PINNED_NODE, inRepository('web/server/main.ts')],
    agent: [...identity.prefix, PINNED_NODE, inRepository('host-agent/src/cli/main.ts'), 'agent'],
    data,
    env: partEnvironment(identity),
    say: console.log,
  });
  stopOnSignal(parts);
  try {
    const url = await parts.ready;
    // A page that opens before the agent is there shows no host.
    await Promise.race([parts.joined, after(JOIN_WAIT_MS)]);
    console.log(`\n  Probepad is ready. Open\n\n      ${url}\n\n  Ctrl+C ends it.\n`);
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/** @param {import('./start/run-parts.mjs').Parts} parts */
function stopOnSignal(parts) {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, async () => {
      if (stopping) return;
      stopping = true;
      console.log('\nending hub and agent');
      await parts.stop();
      process.exit(0);
    });
  }
}

/** @param {string | undefined} user who runs the agent, when that is a service user */
async function grantLoader(user) {
  try {
    const missing = await grantLoaderCapabilities({ group: user });
    if (missing.length > 0) console.log(`this machine has no ${missing.join(', ')}; probes run without`);
  } catch (error) {
    // Writing and checking probes works without; the agent says so where a run needs it.
    console.log(`probes can't be loaded yet: ${messageOf(error)}`);
  }
}

/** @param {import('./start/service-user.mjs').Identity} identity */
function partEnvironment({ user }) {
  const home =
    user === undefined ? {} : { HOME: '/nonexistent', USER: user, LOGNAME: user, XDG_CACHE_HOME: undefined };
  return repositoryEnvironment({
    ...home,
    PROBEPAD_DATA: data,
    ...compileCache(user),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  });
}

/**
 * What Node makes of the sources is kept for the next start, which takes a third less with it. It is code that is run, so it
 * lies only in a folder of who runs it: a folder may be left from when hub and agent had a user of their own.
 *
 * @param {string | undefined} user
 */
function compileCache(user) {
  const own = user !== undefined || statSync(data).uid === process.getuid?.();
  return own ? { NODE_COMPILE_CACHE: join(data, COMPILED) } : {};
}

/** @param {number} milliseconds */
function after(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
