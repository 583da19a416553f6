import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { type ProcessRecord, ProcessRecordSchema } from '@probepad/protocol/loader';
import { LOADER } from './loader-process.ts';
import { prepare } from './prepare.ts';

prepare();

/** A watch, and what it has told so far. */
function watch() {
  const child = spawn(LOADER, ['processes'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const records: ProcessRecord[] = [];
  lines.on('line', (line) => records.push(ProcessRecordSchema.parse(JSON.parse(line))));
  return {
    child,
    records,
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
  const { child, records, until } = watch();
  await until(({ type }) => type === 'watching');
  const script = 'echo $$; exec /bin/true';
  const pid = Number(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }));
  await until((record) => record.type === 'exit' && record.pid === pid);
  const own = records.filter((record) => 'pid' in record && record.pid === pid);
  assert.ok(own.some((record) => record.type === 'fork' && record.parent === process.pid));
  assert.ok(own.some((record) => record.type === 'name' && record.name === 'true' && record.exec));
  const mapped = own.filter((record) => record.type === 'map');
  const file = mapped.find(({ path }) => path.endsWith('/true'));
  assert.ok(file !== undefined && BigInt(`0x${file.end}`) > BigInt(`0x${file.start}`) && file.inode !== '0');
  assert.ok(mapped.some(({ path }) => path.includes('libc.so')));
  child.stdin.end();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});
