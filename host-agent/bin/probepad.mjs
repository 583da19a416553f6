#!/usr/bin/env node
/**
 * The `probepad` command on any Node from 20 on. The command itself is TypeScript for the Node that the checkout pins; an older
 * one starts that, passes signals on and ends as it ends.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = 24;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** The pinned Node: in the node_modules of this folder or one above it. */
function pinnedNode() {
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules/node/bin/node');
    if (existsSync(path)) return path;
  }
  return undefined;
}

const compileCache = new URL('compile-cache.mjs', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= OLDEST) {
  await import(compileCache.href);
  await import(main);
} else {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(`probepad needs Node ${OLDEST}: run npm install in the checkout, which brings it along.`);
    process.exit(3);
  }
  // The channel tells the other process when this one is killed.
  const child = spawn(node, ['--import', compileCache.href, main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PROBEPAD_STARTED_BY: String(process.pid) },
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`starting ${node}: ${error.message}`);
    process.exit(3);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 0);
    for (const handled of SIGNALS) process.removeAllListeners(handled);
    process.kill(process.pid, signal);
  });
}
