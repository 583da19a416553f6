/** Judges one file's imports by the table in import-rules.json. */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/**
 * @typedef {object} FolderRule
 * @property {string} folder
 * @property {string[]} may
 * @property {string[]} [never] folders that not even its tests import
 */

/** `except`: folders among them that are open to all. @typedef {{ folders: string, through: string[], except: string[] }} EntranceRule */

/** @typedef {{ module: string, within: string, onlyIn: string[], why: string }} ExclusiveRule */

/** @typedef {{ folders: FolderRule[], entrances: EntranceRule[], exclusive: ExclusiveRule[] }} ImportRules */

/**
 * What an import means: a path in the checkout, `node:NAME` or `npm:NAME`.
 *
 * @param {string} file the importing file, relative to the checkout, with forward slashes
 * @param {string} specifier
 * @param {Record<string, string>} aliases specifier prefix → folder, ends included: `@/` → `web/src/`
 * @returns {string}
 */
export function resolveImport(file, specifier, aliases) {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier);
  for (const [prefix, folder] of Object.entries(aliases)) {
    if (specifier.startsWith(prefix)) return `${folder}${specifier.slice(prefix.length)}`;
  }
  if (specifier.startsWith('node:')) return specifier;
  if (builtinModules.includes(specifier)) return `node:${specifier}`;
  const parts = specifier.split('/');
  return `npm:${parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')}`;
}

/**
 * @param {ImportRules} rules
 * @param {string} file the importing file
 * @param {string} target as resolveImport returns it
 * @returns {string | undefined} what is wrong with it
 */
export function judgeImport(rules, file, target) {
  return (
    judgeExclusive(rules, file, target) ??
    judgeFolder(rules, file, target) ??
    judgeEntrance(rules, file, target)
  );
}

/**
 * @param {ImportRules} rules
 * @param {string} file
 * @param {string} target
 */
function judgeFolder(rules, file, target) {
  const rule = rules.folders
    .filter(({ folder }) => isIn(file, folder))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
  if (rule === undefined) return undefined;
  const forbidden = rule.never?.find((folder) => isIn(target, folder));
  if (forbidden !== undefined) return `${rule.folder} must not import ${forbidden}`;
  if (isTest(file) || rule.may.some((pattern) => matches(target, pattern))) return undefined;
  return `${rule.folder} may import ${rule.may.join(', ')} only`;
}

/**
 * @param {ImportRules} rules
 * @param {string} file
 * @param {string} target
 */
function judgeExclusive(rules, file, target) {
  const rule = rules.exclusive.find(({ module, within }) => target === module && isIn(file, within));
  if (rule === undefined || isTest(file) || rule.onlyIn.some((place) => isIn(file, place))) return undefined;
  return `only ${rule.onlyIn.join(' or ')} may: ${rule.why}`;
}

/**
 * @param {ImportRules} rules
 * @param {string} file
 * @param {string} target
 */
function judgeEntrance(rules, file, target) {
  for (const { folders, through, except } of rules.entrances) {
    const parent = folders.replace(/\/\*$/, '');
    // What stands above the features composes them and may take any of their parts.
    if (!isIn(target, parent) || !isIn(file, parent)) continue;
    const [feature, ...inside] = target.slice(parent.length + 1).split('/');
    if (inside.length === 0 || isIn(file, `${parent}/${feature}`) || except.includes(feature ?? '')) continue;
    if (inside.length === 1 && through.includes(inside[0] ?? '')) continue;
    return `other features import ${parent}/${feature} through its ${through[0]} only`;
  }
  return undefined;
}

/**
 * @param {string} target
 * @param {string} pattern
 */
function matches(target, pattern) {
  if (pattern === 'npm:*' || pattern === 'node:*') return target.startsWith(pattern.slice(0, -1));
  return pattern.includes(':') ? target === pattern : isIn(target, pattern);
}

/**
 * @param {string} path
 * @param {string} folder
 */
function isIn(path, folder) {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * Tests, and what only they use: a folder named test.
 *
 * @param {string} file
 */
function isTest(file) {
  return /\.test\.(ts|tsx|mjs)$|\/test\//.test(file);
}
