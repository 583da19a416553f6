import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { LOADER } from './loader-process.ts';
import { prepare } from './prepare.ts';

prepare();

test('the functions of the kernel have their addresses for who is not root, by one capability', () => {
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const capable = ['--inh-caps=+syslog', '--ambient-caps=+syslog'];
  const list = execFileSync('setpriv', [...nobody, ...capable, LOADER, 'kernel-symbols'], {
    encoding: 'latin1',
    maxBuffer: 64 << 20,
  });
  assert.match(list, /^ffff[0-9a-f]{12} T schedule$/m);
});
