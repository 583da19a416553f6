import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRepository } from '../repository.mjs';
import { judgeImport, resolveImport } from './rules.mjs';

const RULES = JSON.parse(readFileSync(inRepository('import-rules.json'), 'utf8'));
const ALIASES = { '@probepad/protocol/': 'protocol/src/' };

/** @type {(file: string, specifier: string) => string | undefined} */
const judge = (file, specifier) => judgeImport(RULES, file, resolveImport(file, specifier, ALIASES));

test('a specifier becomes a path, a built-in or a package', () => {
  assert.equal(resolveImport('web/src/a/b.ts', '../ui/index.ts', ALIASES), 'web/src/ui/index.ts');
  assert.equal(resolveImport('web/src/a/b.ts', '@probepad/protocol/schema', ALIASES), 'protocol/src/schema');
  assert.equal(resolveImport('a.ts', 'fs', ALIASES), 'node:fs');
  assert.equal(resolveImport('a.ts', 'zod/mini', ALIASES), 'npm:zod');
  assert.equal(resolveImport('a.ts', '@xterm/xterm/css/xterm.css', ALIASES), 'npm:@xterm/xterm');
});

/** The design's sentences, each as imports that it allows and forbids. */
/** @type {[sentence: string, allowed: [string, string][], forbidden: [string, string][]][]} */
const SENTENCES = [
  [
    'protocol imports zod only',
    [
      ['protocol/src/a.ts', 'zod'],
      ['protocol/src/a.ts', './b.ts'],
      ['protocol/src/a.test.ts', 'node:test'],
    ],
    [
      ['protocol/src/a.ts', 'node:fs'],
      ['protocol/src/a.ts', 'ws'],
      ['protocol/src/a.test.ts', '../../web/src/x/index.ts'],
    ],
  ],
  [
    'web and host-agent never import each other',
    [['host-agent/src/main.ts', './link/link.ts']],
    [
      ['host-agent/src/main.ts', '../../web/server/main.ts'],
      ['web/server/main.ts', '../../host-agent/src/main.ts'],
    ],
  ],
  [
    'the hub and the browser never import each other',
    [['web/server/main.ts', '@probepad/protocol/frames']],
    [
      ['web/server/main.ts', '../src/session/index.ts'],
      ['web/src/session/a.ts', '../../server/main.ts'],
      ['web/app/page.tsx', '../server/settings.ts'],
      ['web/src/editor/a.ts', 'node:fs'],
    ],
  ],
  [
    'a feature never imports a sibling’s inside; app composes all of them',
    [
      ['web/src/editor/a.tsx', '../views/index.ts'],
      ['web/src/editor/a.tsx', '../ui/button.tsx'],
      ['web/src/editor/a.tsx', './inside/b.ts'],
      ['web/app/page.tsx', '../src/editor/inside/b.ts'],
    ],
    [
      ['web/src/editor/a.tsx', '../views/table.tsx'],
      ['web/src/hosts/a.tsx', '../editor/inside/index.ts'],
    ],
  ],
  [
    'in the host agent nothing imports upward',
    [
      ['host-agent/src/link/a.ts', '../runs/run.ts'],
      ['host-agent/src/runs/a.ts', '../compile/compiler.ts'],
      ['host-agent/src/compile/a.ts', '../exec/execute.ts'],
    ],
    [
      ['host-agent/src/runs/a.ts', '../link/link.ts'],
      ['host-agent/src/compile/a.ts', '../runs/run.ts'],
      ['host-agent/src/exec/a.ts', '../compile/compiler.ts'],
    ],
  ],
  [
    'exec is the only place that spawns a process, node-pty aside',
    [
      ['host-agent/src/exec/execute.ts', 'node:child_process'],
      ['host-agent/src/terminal/terminal.ts', 'node-pty'],
      ['host-agent/src/runs/a.test.ts', 'node:child_process'],
    ],
    [
      ['host-agent/src/runs/a.ts', 'node:child_process'],
      ['host-agent/src/main.ts', 'child_process'],
      ['host-agent/src/main.ts', 'node-pty'],
    ],
  ],
];

for (const [sentence, allowed, forbidden] of SENTENCES) {
  test(sentence, () => {
    for (const [file, specifier] of allowed)
      assert.equal(judge(file, specifier), undefined, `${file} ${specifier}`);
    for (const [file, specifier] of forbidden)
      assert.ok(judge(file, specifier), `${file} ${specifier} is let through`);
  });
}
