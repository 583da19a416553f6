import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { diagnosticsOfVerifierLog } from './verifier.ts';

/**
 * Real logs of Linux 6.18, the programs that caused them, their objects (clang 16, without DWARF), and what users are told. After a
 * change on purpose: `PROBEPAD_GOLDEN=write node --test verifier.test.ts`, and read the difference.
 */
const GOLDEN = join(import.meta.dirname, 'golden/verifier');
const names = readdirSync(GOLDEN).flatMap((name) => (name.endsWith('.bpf.c') ? [name.slice(0, -6)] : []));

function read(name: string): { log: string; object: Buffer; files: { name: string; text: string }[] } {
  return {
    log: readFileSync(join(GOLDEN, `${name}.verifier.txt`), 'utf8'),
    object: readFileSync(join(GOLDEN, `${name}.o`)),
    files: [{ name: 'probe.bpf.c', text: readFileSync(join(GOLDEN, `${name}.bpf.c`), 'utf8') }],
  };
}

assert.ok(names.length >= 12, 'the golden logs are there');

for (const name of names) {
  test(`a rejection is told at its C line: ${name}`, () => {
    const { log, object, files } = read(name);
    const path = join(GOLDEN, `${name}.json`);
    const diagnostics = diagnosticsOfVerifierLog(log, 'handle', object, files);
    if (process.env.PROBEPAD_GOLDEN === 'write')
      writeFileSync(path, `${JSON.stringify(diagnostics, null, 2)}\n`);
    assert.deepEqual(diagnostics, JSON.parse(readFileSync(path, 'utf8')));
    assert.ok(diagnostics[0]?.place, 'has a place');
    assert.ok(diagnostics[0]?.remedy, 'has a remedy');
  });

  test(`kernels that log no file and line lead to the same line: ${name}`, () => {
    const { log, object, files } = read(name);
    const older = log.replace(/ @ \S+:\d+$/gm, '');
    assert.notEqual(older, log);
    assert.deepEqual(
      diagnosticsOfVerifierLog(older, 'handle', object, files),
      JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), 'utf8')),
    );
  });
}

test('an unknown refusal is passed on in the verifier’s words', () => {
  const { log, object, files } = read('null');
  const strange = log.replace("R0 invalid mem access 'map_value_or_null'", 'something new in Linux 9');
  const [diagnostic] = diagnosticsOfVerifierLog(strange, 'handle', object, files);
  assert.equal(diagnostic?.message, 'handle: something new in Linux 9');
  assert.equal(diagnostic?.place?.line, 10);
  assert.equal(diagnostic?.remedy, undefined);
});

test('empty logs and broken objects still give an error', () => {
  const [diagnostic] = diagnosticsOfVerifierLog('', 'handle', new Uint8Array(), []);
  assert.match(diagnostic?.message ?? '', /gave no reason/);
  assert.equal(diagnostic?.place, undefined);
});
