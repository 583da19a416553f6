import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { callGetppid } from '../link/testing.ts';
import { type Ended, openCommand } from './test/command.ts';

const command = openCommand();
after(() => command[Symbol.dispose]());
const { folder } = command;

/** Runs a probe that watches this process, and calls `act` once it is attached. */
const run = (args: string[], act: (child: ChildProcess) => void = () => {}): Promise<Ended> =>
  command.runWhile(args, act, { sign: 'running:' });

test('CSV of a run has each event with its own values, and when it was', async () => {
  const began = Date.now();
  const { code, stdout, stderr } = await run(
    ['--format', 'csv', '--source', 'events', '--events', '100'],
    () => callGetppid(100),
  );
  assert.equal(code, 0, stderr);
  const [head, ...rows] = stdout.trimEnd().split('\r\n');
  assert.equal(head, 'time,host,ordinal,pid,padding');
  assert.equal(rows.length, 100);
  const [time = '', ...cells] = rows[7]?.split(',') ?? [];
  assert.deepEqual(cells, ['local', '7', String(process.pid), '']);
  const at = Date.parse(time);
  assert.ok(at > began - 1000 && at < Date.now() + 1000, time);
});

test('a folder gets a file for each source, and Parquet files are whole after Ctrl+C', async () => {
  const out = join(folder, 'files');
  await mkdir(out);
  const { code, stderr } = await run(['--format', 'parquet', '--out', out, '--events', '50'], () =>
    callGetppid(50),
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual((await readdir(out)).sort(), ['bss.parquet', 'counts.parquet', 'events.parquet']);
  const read = async (name: string): Promise<Record<string, unknown>[]> =>
    parquetReadObjects({ file: Uint8Array.from(await readFile(join(out, name))).buffer });
  const events = await read('events.parquet');
  assert.deepEqual(
    events.map(({ ordinal }) => ordinal),
    Array.from({ length: 50 }, (_, at) => BigInt(at)),
  );
  const counts = (await read('counts.parquet')).at(-1);
  assert.deepEqual([counts?.key, counts?.value], [process.pid, 50n]);

  const whole = join(folder, 'stopped.parquet');
  const stopped = await run(['--format', 'parquet', '--out', whole, '--source', 'events'], (child) =>
    child.kill('SIGINT'),
  );
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.deepEqual(await parquetReadObjects({ file: Uint8Array.from(await readFile(whole)).buffer }), []);
});

test('a run that is killed leaves whole JSON lines', async () => {
  const out = join(folder, 'killed.jsonl');
  const ended = run(['--format', 'jsonl', '--out', out, '--source', 'events'], async (child) => {
    callGetppid(300);
    // The shim may be the command itself or its parent; either way the file is written by then.
    while (!(await readFile(out, 'utf8')).includes('"ordinal":299')) await new Promise(setImmediate);
    child.kill('SIGKILL');
  });
  assert.equal((await ended).signal, 'SIGKILL');
  const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { ordinal: number }).ordinal),
    Array.from({ length: 300 }, (_, at) => at),
  );
});

test('what can not be written is said, and ends with the code of whose mistake it is', async () => {
  for (const [args, code, words] of [
    [['--format', 'xml'], 2, /csv, jsonl, parquet/],
    [['--format', 'csv', '--json'], 2, /one of them/],
    [['--out', 'x.csv'], 2, /--out needs --format/],
    [['--format', 'csv', '--out', `${folder}/none/`], 2, /no such folder/],
    [['--format', 'csv', '--source', 'evnts'], 2, /the program has .*events/],
    [['--format', 'csv', '--out', '/proc/x.csv'], 3, /x\.csv/],
    [['--format', 'csv', '--out', '/dev/full'], 3, /writing \/dev\/full: .*ENOSPC/],
  ] as const) {
    const ended = await run([...args], () => callGetppid(1));
    assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
    assert.match(ended.stderr, words);
  }
});
