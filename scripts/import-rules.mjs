/**
 * Checks every source file's imports against import-rules.json; prints what breaks a rule, a line each, and ends
 * with 1 then.
 *
 *     node scripts/import-rules.mjs
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeImport, resolveImport } from './imports/rules.mjs';
import { scanImports } from './imports/scan.mjs';
import { inRepository, ROOT } from './repository.mjs';

const FOLDERS = ['protocol', 'host-agent', 'web', 'scripts'];
const LEFT_OUT = new Set(['node_modules', '.next', 'build', 'test-results']);

/** How the packages' own configuration maps specifiers to folders. */
const ALIASES = { '@probepad/protocol/': 'protocol/src/' };

/**
 * @param {string} folder relative to the checkout
 * @returns {string[]}
 */
function sourceFiles(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : sourceFiles(path);
    return /\.(ts|tsx|mts|mjs|js|jsx)$/.test(entry.name) ? [path] : [];
  });
}

const rules = JSON.parse(readFileSync(inRepository('import-rules.json'), 'utf8'));
const files = FOLDERS.flatMap(sourceFiles);
let broken = 0;
for (const file of files) {
  for (const { specifier, line } of scanImports(readFileSync(join(ROOT, file), 'utf8'))) {
    const wrong = judgeImport(rules, file, resolveImport(file, specifier, ALIASES));
    if (wrong === undefined) continue;
    console.error(`${file}:${line}: imports '${specifier}', but ${wrong}`);
    broken++;
  }
}
console.log(`import rules: ${files.length} files, ${broken} imports against the rules`);
process.exitCode = broken > 0 ? 1 : 0;
