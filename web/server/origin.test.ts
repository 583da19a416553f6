import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { isLoopback, originRules } from './origin.ts';
import { settingsFrom } from './settings.ts';

const asking = (host: string) => ({ headers: { host } }) as IncomingMessage;

test('listening on every address, the machine’s own addresses are known, names are not', () => {
  const rules = originRules({ host: '0.0.0.0', origins: [] }, 7878);
  for (const found of Object.values(networkInterfaces()).flat()) {
    if (found?.family === 'IPv4') assert.ok(rules.allowsHost(`${found.address}:7878`), found.address);
  }
  assert.equal(rules.allowsHost('box.example:7878'), false);
  assert.equal(rules.printed, 'http://127.0.0.1:7878');
});

test('the usual port is left out, as browsers leave it out', () => {
  const rules = originRules({ host: 'probes.example', origins: [] }, 80);
  assert.ok(rules.allowsHost('probes.example'));
  assert.ok(rules.allowsOrigin('http://probes.example'));
  assert.equal(rules.allowsOrigin('http://probes.example:80'), false, 'no browser says so');
});

test('an IPv6 address stands in brackets', () => {
  const rules = originRules({ host: '::1', origins: [] }, 7878);
  assert.ok(rules.allowsHost('[::1]:7878'));
  assert.ok(rules.allowsOrigin('http://[::1]:7878'));
  assert.equal(rules.printed, 'http://[::1]:7878');
});

test('the command for a new host names the hub as its reader reaches it', () => {
  const plain = originRules({ host: '0.0.0.0', origins: [] }, 7878);
  assert.equal(plain.hubUrl(asking('10.0.0.5:7878')), 'ws://10.0.0.5:7878');
  assert.equal(plain.hubUrl(asking('localhost:7878')), 'ws://localhost:7878');
  const behind = originRules({ host: '127.0.0.1', origins: ['https://probes.example'] }, 7878);
  assert.equal(behind.hubUrl(asking('probes.example')), 'wss://probes.example');
  assert.equal(behind.hubUrl(asking('127.0.0.1:7878')), 'wss://probes.example');
  assert.ok(['localhost:7878', '127.0.0.1', '[::1]:7878'].every(isLoopback));
  assert.ok(!['10.0.0.5:7878', 'probes.example', '[fe80::1]'].some(isLoopback));
  assert.ok(behind.isSecure('probes.example'));
  assert.equal(behind.isSecure('127.0.0.1:7878'), false);
});

test('origins come by comma or space, and one that is none is refused by name', () => {
  const settings = settingsFrom({ PROBEPAD_ORIGINS: 'https://a.example, http://b.example:8080/' });
  assert.deepEqual(settings.origins, ['https://a.example', 'http://b.example:8080']);
  for (const wrong of ['*', 'a.example', 'https://a.example/path', 'ftp://a.example']) {
    assert.throws(() => settingsFrom({ PROBEPAD_ORIGINS: wrong }), /PROBEPAD_ORIGINS holds/);
  }
});
