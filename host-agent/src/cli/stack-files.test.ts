import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { counterProbe } from '../link/testing.ts';
import { openCommand } from './test/command.ts';

const TEMPLATE = resolve(import.meta.dirname, '../../../bpf-templates/profile');

const command = openCommand();
const { file, folder, run } = command;
let workload: ChildProcess;
/** Of the program with functions of known names. */
let spinning: number;
before(async () => {
  workload = spawn(join(TEMPLATE, 'workload'), ['long'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(workload.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  spinning = Number(/pid=(\d+)/.exec(said.toString())?.[1]);
});
after(async () => {
  process.kill(spinning);
  if (workload.exitCode === null && workload.signalCode === null) await once(workload, 'exit');
  command[Symbol.dispose]();
});

const profile = (format: string, out: string): ReturnType<typeof run> =>
  run(
    'run',
    ...[join(TEMPLATE, 'profile.bpf.c'), '--set', `targ_pid=${spinning}`, '--for', '2s'],
    ...['--format', format, '--out', join(folder, out)],
  );

test('folded stacks of a profile have the functions by name, with how often each was seen', async () => {
  const { code, stderr } = await profile('folded', 'samples.folded');
  assert.equal(code, 0, stderr);
  const lines = (await readFile(join(folder, 'samples.folded'), 'utf8')).trimEnd().split('\n');
  const seenIn = (name: string): number =>
    lines
      .filter((line) => line.split(' ')[0]?.split(';').includes(name))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  const much = seenIn('pp_work_much');
  const little = seenIn('pp_work_little');
  assert.ok(much > little && little > 0, `${much} and ${little} in\n${lines.join('\n')}`);
  assert.ok(much + little < 400, `${much + little} samples in 2 s at 99 Hz`);
  assert.equal(new Set(lines.map((line) => line.replace(/ \d+$/, ''))).size, lines.length);
});

test('speedscope and pprof have them too, with the program that they are in', async () => {
  const [json, packed] = await Promise.all([
    profile('speedscope', 'samples.json'),
    profile('pprof', 'samples.pb.gz'),
  ]);
  assert.equal(json.code, 0, json.stderr);
  assert.equal(packed.code, 0, packed.stderr);
  const { name, shared, profiles } = JSON.parse(await readFile(join(folder, 'samples.json'), 'utf8'));
  assert.equal(name, 'profile.bpf.c samples');
  const frame = shared.frames.findIndex((each: { name: string }) => each.name === 'pp_work_much');
  assert.equal(shared.frames[frame]?.file, 'pp-spin');
  assert.ok(profiles[0].samples.some((stack: number[]) => stack.includes(frame)));
  const bytes = gunzipSync(await readFile(join(folder, 'samples.pb.gz'))).toString('latin1');
  for (const word of ['pp_work_much', 'pp_work_little', 'pp-spin']) assert.ok(bytes.includes(word), word);
});

test('a program without stacks is told what it would need, and what can be written of it', async () => {
  const counter = await file('counter.bpf.c', counterProbe(process.pid).files[0]?.text ?? '');
  const { code, stderr } = await run(
    'run',
    counter,
    '--format',
    'pprof',
    '--out',
    join(folder, 'none.pb.gz'),
  );
  assert.equal(code, 2, stderr);
  assert.match(stderr, /keeps no stacks.*bpf_get_stackid.*csv, jsonl and parquet can write .*events/);
  const other = await run(
    'run',
    ...[join(TEMPLATE, 'profile.bpf.c'), '--format', 'folded', '--source', 'stacks'],
    ...['--out', join(folder, 'other.folded')],
  );
  assert.equal(other.code, 2, other.stderr);
  assert.match(other.stderr, /--source stacks: .*samples/);
});
