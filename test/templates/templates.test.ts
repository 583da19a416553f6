import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { TemplateSchema } from '@probepad/protocol/control/snippet';
import { inRepository } from '../../scripts/repository.mjs';
import { EXPECTATIONS } from './expectations.ts';
import { hasKprobes, localMachine } from './local-machine.ts';
import { runTemplate } from './template-run.ts';

const TIMEOUT_MS = 120_000;

test('every template has its parts, and is run by these tests', () => {
  const folders = readdirSync(inRepository('bpf-templates'));
  assert.deepEqual(folders.sort(), EXPECTATIONS.map(({ template }) => template).sort());
  for (const folder of folders) {
    const path = (name: string): string => inRepository('bpf-templates', folder, name);
    const { main, ...probe } = JSON.parse(readFileSync(path('probe.json'), 'utf8'));
    const files = [{ name: main, text: readFileSync(path(main), 'utf8') }];
    const readme = readFileSync(path('README.md'), 'utf8');
    assert.ok(
      TemplateSchema.safeParse({ ...probe, id: folder, files, readme }).success,
      `${folder}/probe.json`,
    );
    assert.equal(main, `${folder}.bpf.c`);
    for (const part of ['## How it works', '## What to try'])
      assert.ok(readme.includes(part), `${folder}: ${part}`);
    assert.ok(statSync(path('workload')).mode & 0o100, `${folder}/workload is not executable`);
  }
});

for (const expectation of EXPECTATIONS) {
  // Guests run these; see test/guest/remote-host.test.ts.
  const skip = expectation.needs.includes('kprobe') && !hasKprobes() && 'this kernel has no kprobes';
  test(`${expectation.template} shows what its workload did`, { skip, timeout: TIMEOUT_MS }, async () => {
    await runTemplate({
      ...{ expectation, machine: localMachine, probeMachine: localMachine, options: [] },
      timeoutMs: TIMEOUT_MS,
    });
  });
}

for (const { template, needs } of EXPECTATIONS) {
  if (!needs.includes('kprobe') || hasKprobes()) continue;
  test(`${template} compiles without a warning`, { timeout: TIMEOUT_MS }, async () => {
    const source = inRepository('bpf-templates', template, `${template}.bpf.c`);
    assert.ok(existsSync(source));
    const node = inRepository('node_modules/.bin/node');
    const check = localMachine.spawn([node, inRepository('host-agent/bin/probepad.mjs'), 'check', source]);
    const chunks: Buffer[] = [];
    for (const stream of [check.stdout, check.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const { code } = await check.exit;
    const said = Buffer.concat(chunks).toString();
    assert.equal(code, 0, said);
    assert.doesNotMatch(said, /warning|error/);
  });
}
