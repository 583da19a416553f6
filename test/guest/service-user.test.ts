import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootGuest } from './guest.ts';

const SCRIPTS = join(import.meta.dirname, '../../scripts');

/** What `npm start` does as root before it starts anything, on a machine that may be changed. */
const PROGRAM = `
  import { execFileSync } from 'node:child_process';
  import { copyFileSync } from 'node:fs';
  import { grantLoaderCapabilities } from ${JSON.stringify(join(SCRIPTS, 'setup/loader.mjs'))};
  import { chooseIdentity } from ${JSON.stringify(join(SCRIPTS, 'start/service-user.mjs'))};
  const identity = await chooseIdentity('/var/lib/data');
  // Any program shows what the loader would get.
  copyFileSync('/usr/bin/cat', '/usr/local/bin/loader');
  await grantLoaderCapabilities({ loader: '/usr/local/bin/loader', group: identity.user });
  const [command, ...args] = [...identity.prefix, '/usr/local/bin/loader', '/proc/self/status'];
  console.log(JSON.stringify({ identity, status: execFileSync(command, args, { encoding: 'utf8' }) }));`;

test('started by root, all but the loader runs as a user without privileges', {
  timeout: 300_000,
}, async () => {
  await using guest = await bootGuest({ kernel: '6.1', name: 'service-user' });
  const result = await guest.exec([process.execPath, '--input-type=module', '--eval', PROGRAM]);
  assert.equal(result.code, 0, result.stderr);
  const { identity, status } = JSON.parse(result.stdout);
  assert.equal(identity.user, 'probepad', identity.note);
  assert.doesNotMatch(status, /^Uid:\s+0\s/m);
  // Permitted: dac_override 1, dac_read_search 2, net_admin 12, net_raw 13, ipc_lock 14, sys_admin 21, syslog 34, perfmon 38, bpf 39.
  assert.match(status, /^CapPrm:\s+000000c400207006$/m);
  assert.match(status, /^CapEff:\s+0000000000000000$/m);

  const data = await guest.exec(['stat', '-c', '%U %a', '/var/lib/data']);
  assert.equal(data.stdout, 'probepad 700\n');
  const stranger = await guest.exec([
    'su',
    '-s',
    '/bin/sh',
    'nobody',
    '-c',
    '/usr/local/bin/loader /dev/null',
  ]);
  assert.match(stranger.stderr, /Permission denied/);
});
