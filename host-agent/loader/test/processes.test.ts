import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { type ProcessRecord, ProcessRecordSchema } from '@probepad/protocol/loader';
import { LOADER } from './loader-process.ts';
import { prepare } from './prepare.ts';

prepare();

/** A watch, and what it has told so far. */
function watch() {
  // Confined as it is, the leak checker has no /proc to read.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' };
  const child = spawn(LOADER, ['processes'], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout });
  const records: ProcessRecord[] = [];
  lines.on('line', (line) => records.push(ProcessRecordSchema.parse(JSON.parse(line))));
  return {
    child,
    async until(fits: (record: ProcessRecord) => boolean): Promise<ProcessRecord> {
      for (;;) {
        const found = records.find(fits);
        if (found !== undefined) return found;
        await once(lines, 'line');
      }
    },
  };
}

test('a process that is gone at once has told its name, what it mapped, and its end', async () => {
  const { child, until } = watch();
  await until(({ type }) => type === 'watching');
  const script = 'echo $$; exec /bin/true';
  const pid = Number(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }));
  // Each CPU has records of its own, and they are told CPU by CPU: its end may be told first.
  const own = (fits: (record: ProcessRecord) => boolean): Promise<ProcessRecord> =>
    until((record) => 'pid' in record && record.pid === pid && fits(record));
  await own(({ type }) => type === 'exit');
  await own((record) => record.type === 'fork' && record.parent === process.pid);
  await own((record) => record.type === 'name' && record.name === 'true' && record.exec);
  const file = await own((record) => record.type === 'map' && record.path.endsWith('/true'));
  assert.ok(file.type === 'map' && BigInt(`0x${file.end}`) > BigInt(`0x${file.start}`) && file.inode !== '0');
  await own((record) => record.type === 'map' && record.path.includes('libc.so'));
  child.stdin.end();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('once it watches it holds no privilege, and can gain none', async () => {
  const { child, until } = watch();
  await until(({ type }) => type === 'watching');
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  child.stdin.end();
  await once(child, 'exit');
  assert.match(status, /^CapPrm:\t0+$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
});
