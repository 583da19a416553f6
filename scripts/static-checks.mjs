/**
 * What can be said of the sources without running them: types of each project, lint and format, import rules. Each
 * is one test, printed as TAP with the tool's own words above a failure.
 */
import { runCommand } from './command.mjs';
import { inRepository, PINNED_NODE, ROOT, repositoryEnvironment } from './repository.mjs';

/** Each has a tsconfig.json of its own, so that one environment's types don't leak into another. */
const TYPE_PROJECTS = [
  'protocol',
  'host-agent',
  'web',
  'web/tsconfig.test.json',
  'web/server',
  'test',
  'scripts',
];

/** @type {{ name: string, argv: string[] }[]} */
const CHECKS = [
  ...TYPE_PROJECTS.map((project) => ({
    name: `types: ${project}`,
    argv: [inRepository('node_modules/.bin/tsc'), '--pretty', '-p', project],
  })),
  { name: 'lint and format', argv: [inRepository('node_modules/.bin/biome'), 'check', '--colors=off', '.'] },
  { name: 'import rules', argv: [PINNED_NODE, 'scripts/import-rules.mjs'] },
];

console.log(`1..${CHECKS.length}`);
let failed = 0;
for (const [index, { name, argv }] of CHECKS.entries()) {
  const { code, stdout, stderr } = await runCommand(argv, {
    cwd: ROOT,
    env: repositoryEnvironment(),
    timeoutMs: 240_000,
  });
  if (code !== 0) {
    failed++;
    console.log(`${stdout}${stderr}`.trimEnd().replace(/^/gm, '# '));
  }
  console.log(`${code === 0 ? '' : 'not '}ok ${index + 1} - ${name}`);
}
process.exitCode = failed > 0 ? 1 : 0;
