import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inRepository } from '../repository.mjs';
import { SUITES } from '../suites.mjs';
import { countNodeTests, countPlaywright, countTap, skipsOfPlaywright } from './counts.mjs';
import { playwrightFailures, tapFailures } from './failures.mjs';
import { runStage } from './run-stage.mjs';
import { judgeEnd, runSuite } from './run-suite.mjs';
import { selectSuites } from './select.mjs';
import { stagesOf } from './stages.mjs';
import { resultTable } from './table.mjs';
import { takeTurns } from './turns.mjs';

/** @type {string} */
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'probepad-suites-'));
});
after(() => rmSync(folder, { recursive: true }));

/** @type {(name: string, text: string) => string} */
function file(name, text) {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** @type {(suite: Partial<import('../suites.mjs').Suite>) => Promise<import('./run-suite.mjs').SuiteResult>} */
const run = (suite) => runSuite({ name: 'sample', about: 'a sample', limitMinutes: 1, ...suite });

test('node tests are counted one by one, nested ones too, suites not', async () => {
  const path = file(
    'mixed.test.mjs',
    `import { describe, test } from 'node:test';
     describe('a suite', () => { test('a', () => {}); test('b', () => { throw new Error('no'); }); });
     test('c', () => {});
     test('d', { skip: 'a reason' }, () => {});`,
  );
  const { counts, note, failures } = await run({ node: [path] });
  assert.deepEqual([counts, note], [{ passed: 2, failed: 1, skipped: 1 }, '']);
  assert.equal(failures.length, 1);
  assert.match(failures[0]?.name ?? '', /mixed\.test\.mjs: b$/);
  assert.match(failures[0]?.error ?? '', /^Error: no\n/);
});

test('a file that crashes is a failure', async () => {
  const path = file(
    'crash.test.mjs',
    `import { test } from 'node:test'; test('a', () => {}); process.kill(process.pid, 'SIGKILL');`,
  );
  const { counts } = await run({ node: [path] });
  assert.ok(counts.failed > 0);
});

test('a suite without a test is a failure', async () => {
  const { counts, note } = await run({ node: [join(folder, 'none/*.test.mjs')] });
  assert.deepEqual([counts, note], [{ passed: 0, failed: 1, skipped: 0 }, 'ran no test']);
});

test('a suite that takes too long is ended with all that it started, and keeps what it counted', {
  timeout: 30_000,
}, async () => {
  const path = file(
    'slow.mjs',
    `import { spawn } from 'node:child_process';
     import { writeFileSync } from 'node:fs';
     console.log('ok 1 - first');
     const child = spawn('sleep', ['4321'], { stdio: 'ignore' });
     writeFileSync(${JSON.stringify(join(folder, 'child'))}, String(child.pid));
     setInterval(() => {}, 1000);`,
  );
  const { counts, note } = await run({ tap: ['node', path], limitMinutes: 1.5 / 60 });
  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 });
  assert.match(note, /limit/);
  const child = readFileSync(join(folder, 'child'), 'utf8');
  while (isRunning(child)) await new Promise((resolve) => setImmediate(resolve));
});

test('a suite that is interrupted is ended, with what it started in groups of their own', {
  timeout: 30_000,
}, async () => {
  const child = join(folder, 'detached');
  const path = file(
    'interrupted.mjs',
    `import { spawn } from 'node:child_process';
     import { writeFileSync } from 'node:fs';
     const child = spawn('sleep', ['4322'], { stdio: 'ignore', detached: true });
     writeFileSync(${JSON.stringify(child)}, String(child.pid));
     console.log('ok 1 - first');
     setInterval(() => {}, 1000);`,
  );
  const interruption = new AbortController();
  const { counts, note } = await runSuite(
    { name: 'sample', about: 'a sample', limitMinutes: 1, tap: ['node', path] },
    {
      signal: interruption.signal,
      show: (_, text) => {
        // Not by whatever Node may have to say on its standard error before.
        if (text.includes('ok 1')) interruption.abort('SIGTERM');
      },
    },
  );
  assert.deepEqual([counts, note], [{ passed: 1, failed: 1, skipped: 0 }, 'ended by SIGTERM']);
  const pid = readFileSync(child, 'utf8');
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
});

test('what goes wrong around one suite is its failure; the one beside it is run and shown', async () => {
  const sample = { about: 'a sample', limitMinutes: 1 };
  const nothing = { ...sample, name: 'names-nothing' };
  const path = file('passing.mjs', `console.log('ok 1 - first')`);
  const passing = { ...sample, name: 'passing', tap: ['node', path] };
  let shown = '';
  const results = await runStage([nothing, passing], {
    show: (_, text) => {
      shown += text;
    },
    signal: new AbortController().signal,
  });
  assert.deepEqual(
    results.map(({ name, counts, note }) => [name, counts, note]),
    [
      ['names-nothing', { passed: 0, failed: 1, skipped: 0 }, 'suite names-nothing names nothing to run'],
      ['passing', { passed: 1, failed: 0, skipped: 0 }, ''],
    ],
  );
  assert.match(shown, /── names-nothing.*── passing.*ok 1 - first/s);
});

test('npm’s signals reach what ends its children by them', () => {
  const { scripts } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));
  // npm passes signals on to the shell that it starts a script with, which ends by them and leaves its command running.
  for (const name of ['start', 'test', 'bench']) assert.match(scripts[name], /^exec node /, name);
});

test('suites that run at once are shown one after the other, the first one as it goes', () => {
  let shown = '';
  const [first, second, third] = takeTurns(3, (_, text) => {
    shown += text;
  });
  first?.write('stdout', 'a1 ');
  third?.write('stdout', 'c1 ');
  second?.write('stdout', 'b1 ');
  third?.end();
  first?.write('stderr', 'a2 ');
  assert.equal(shown, 'a1 a2 ');
  first?.end();
  assert.equal(shown, 'a1 a2 b1 ');
  second?.write('stdout', 'b2 ');
  second?.end();
  assert.equal(shown, 'a1 a2 b1 b2 c1 ');
});

test('a suite runs beside the one it names, or alone when that is not asked for', () => {
  const stages = (/** @type {string[]} */ args) =>
    stagesOf(selectSuites(args, SUITES)).map((stage) => stage.map(({ name }) => name).join('+'));
  assert.deepEqual(stages(['--only=kernel,docker,guest']), ['kernel', 'guest+docker']);
  assert.deepEqual(stages(['--only=docker,kernel']), ['kernel', 'docker']);
  for (const [index, { beside }] of SUITES.entries()) {
    if (beside === undefined) continue;
    assert.ok(
      SUITES.slice(0, index).some(({ name }) => name === beside),
      beside,
    );
  }
});

test('TAP: plan, skips, bail-outs, tests that never came', () => {
  assert.deepEqual(countTap('1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no reason\n'), {
    passed: 1,
    failed: 1,
    skipped: 1,
  });
  assert.deepEqual(countTap('1..3\nok 1\nlog line\n'), { passed: 1, failed: 2, skipped: 0 });
  assert.deepEqual(countTap('1..1\nok 1\n1..2\nok 1\nok 2\n'), { passed: 3, failed: 0, skipped: 0 });
  assert.deepEqual(countTap('ok 1\nBail out! no kernel\n'), { passed: 1, failed: 1, skipped: 0 });
  assert.deepEqual(countTap('okay then\n    ok 1 - nested\n'), { passed: 0, failed: 0, skipped: 0 });
});

test('Playwright: a test that passed only on a second try has failed', () => {
  const report = { stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{ message: 'x' }] };
  assert.deepEqual(countPlaywright(JSON.stringify(report)), { passed: 5, failed: 3, skipped: 2 });
  assert.deepEqual(countPlaywright(''), { passed: 0, failed: 0, skipped: 0 });
  assert.deepEqual(countPlaywright('{"stats":{"exp'), { passed: 0, failed: 0, skipped: 0 });
});

test('Playwright: what was skipped is told with its reason', () => {
  const skipped = { status: 'skipped', annotations: [{ type: 'skip', description: 'no mirror' }] };
  const file = { specs: [{ title: 'a', tests: [{ status: 'expected' }] }] };
  const group = { specs: [{ title: 'b', tests: [skipped] }], suites: [] };
  const report = { suites: [{ ...file, suites: [group] }] };
  assert.deepEqual(skipsOfPlaywright(JSON.stringify(report)), ['skipped: b: no mirror']);
  assert.deepEqual(skipsOfPlaywright('{"suites":[{'), []);
});

test('what failed is told with its file and its error', () => {
  const failed = { results: [{ errors: [{ message: 'Error: no row' }] }] };
  const file = { specs: [{ title: 'a', ok: true }] };
  const group = { specs: [{ title: 'b', ok: false, file: 'x.spec.ts', line: 3, tests: [failed] }] };
  const report = { suites: [{ ...file, suites: [group] }], errors: [{ message: 'no browser' }] };
  assert.deepEqual(playwrightFailures(JSON.stringify(report)), [
    { name: 'x.spec.ts:3: b', error: 'Error: no row' },
    { name: 'beside the tests', error: 'no browser' },
  ]);
  assert.deepEqual(playwrightFailures('{"suites":[{'), []);
  assert.deepEqual(tapFailures('ok 1 - a\nnot ok 2 - b\nnot ok 3 - c # TODO later\n'), [
    { name: 'b', error: '' },
  ]);
});

test('a report that is cut off counts up to there', () => {
  const lines = '{"outcome":"passed","name":"a"}\n{"outcome":"failed","name":"b"}\n{"outcome":"pas';
  assert.deepEqual(countNodeTests(lines), { passed: 1, failed: 1, skipped: 0 });
});

test('a bad end without a failed test is a failure', () => {
  const counts = { passed: 4, failed: 0, skipped: 0 };
  const crashed = judgeEnd(counts, { code: null, signal: 'SIGSEGV', timedOut: false }, 1);
  assert.equal(crashed.counts.failed, 1);
  assert.match(crashed.note, /SIGSEGV/);
  assert.deepEqual(judgeEnd(counts, { code: 0, signal: null, timedOut: false }, 1), { counts, note: '' });
});

test('the last line has the true sums', () => {
  const result = (
    /** @type {string} */ name,
    /** @type {number} */ passed,
    /** @type {number} */ failed,
  ) => ({
    name,
    counts: { passed, failed, skipped: 0 },
    seconds: 1,
    note: '',
    failures:
      failed === 0 ? [] : [{ name: 'x.spec.ts:3: a thing', error: 'Error: not\u001b[31m so\n\n  here' }],
  });
  const lines = resultTable([result('a', 3, 1), result('b', 40, 0)]).split('\n');
  assert.equal(lines.at(-1), '43 passed, 1 failed');
  assert.deepEqual(lines.slice(0, 4), ['✖ a: x.spec.ts:3: a thing', '    Error: not so', '      here', '']);
  assert.match(lines[5] ?? '', /^a +3 +1 +0 +1\.0 s$/);
});

test('--only picks suites and refuses what there is not', () => {
  const names = (/** @type {string[]} */ args) => selectSuites(args, SUITES).map(({ name }) => name);
  assert.deepEqual(names(['--only', 'unit,check']), ['check', 'unit']);
  assert.deepEqual(names(['--only=guest']), ['guest']);
  assert.equal(names([]).length, SUITES.length);
  assert.throws(() => names(['--only', 'nothing']), /no suite "nothing"/);
  assert.throws(() => names(['--grep', 'x']), /usage/);
});

/** @param {string} pid */
function isRunning(pid) {
  try {
    // A zombie has ended; its new parent may not have reaped it yet.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
