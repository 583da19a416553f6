import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LOADER } from '../compile/testing.ts';
import { createStatistics } from './statistics.ts';

/** No program has this id: its time is 0. */
const PROGRAM = 0x7fff_fff0;

test('a run is sampled again after the helper that counts has died', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'probepad-statistics-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // Dies twice, the second time after it has taken its order.
  const [starts, path] = [join(folder, 'starts'), join(folder, 'loader')];
  const script = [
    '#!/bin/sh',
    `echo x >>${starts}`,
    `case $(wc -l <${starts}) in 1) exit 1 ;; 2) read order; kill -9 $$ ;; esac`,
    `exec ${LOADER} "$@"`,
  ];
  writeFileSync(path, `${script.join('\n')}\n`);
  chmodSync(path, 0o755);
  const log: string[] = [];
  const statistics = createStatistics(path, (line) => log.push(line));
  t.after(() => statistics.end());
  // What waits for the next start keeps no process alive.
  const alive = setInterval(() => {}, 1_000);
  const cpus = await new Promise<number>((resolve) =>
    statistics.meter('run', [PROGRAM], resolve, assert.fail),
  );
  clearInterval(alive);
  assert.equal(cpus, 0);
  assert.equal(readFileSync(starts, 'utf8'), 'x\nx\nx\n');
  assert.equal(log.filter((line) => line.startsWith('program statistics ended')).length, 2);
});
