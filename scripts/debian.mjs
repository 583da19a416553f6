/**
 * Debian packages from any suite, without touching the machine's own apt: a configuration, lists and archives of
 * the project's own in the cache folder (apt.conf(5)), the machine's keyring and mirror.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { debianMirrors, readMachineSources } from './apt-sources.mjs';
import { cacheFolder } from './cache.mjs';
import { runCommand, runOrThrow } from './command.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Lists older than this are fetched again before a package is looked up. */
const LISTS_LIFETIME_MS = 24 * 3600 * 1000;

/** One apt at a time works on these folders; another process waits this long for its turn. */
const LOCK_WAIT_S = 600;

/** A package and where it is looked for. */
/**
 * @typedef {object} PackageChoice
 * @property {string} name
 * @property {'bookworm' | 'bookworm-backports'} suite updates and security fixes count as bookworm
 */

/**
 * A source package's upstream archive and the folder of it that is wanted, as the archive has it below its first one.
 *
 * @typedef {object} SourceChoice
 * @property {string} name
 * @property {string} suite
 * @property {string} folder
 */

/**
 * The version that a suite has.
 *
 * @param {PackageChoice} choice
 * @returns {Promise<string>} a Debian version; throws when the suite has no such package
 */
export async function packageVersion(choice) {
  const lists = binaryLists();
  await refreshLists(lists);
  const listing = await apt(lists, `looking up ${choice.name}`, 'apt-cache', ['madison', choice.name]);
  const version = newestInSuite(listing, choice.suite);
  if (version === undefined)
    throw new Error(`looking up ${choice.name}: ${choice.suite} has no such package`);
  return version;
}

/**
 * What a package depends on, as its control file writes it (deb-control(5)).
 *
 * @param {PackageChoice} choice
 * @returns {Promise<string>}
 */
export async function packageDepends(choice) {
  const version = await packageVersion(choice);
  const lists = binaryLists();
  const control = await apt(lists, `looking up ${choice.name}`, 'apt-cache', [
    'show',
    `${choice.name}=${version}`,
  ]);
  return /^Depends: (.*)$/m.exec(control)?.[1] ?? '';
}

/**
 * Downloads and unpacks a package (`dpkg -x`: files only, no maintainer scripts) once; later calls are a lookup
 * in the cache folder.
 *
 * @param {PackageChoice} choice
 * @returns {Promise<string>} the folder that stands for `/`
 */
export async function unpackedPackage(choice) {
  const version = await packageVersion(choice);
  const packages = join(cacheFolder(), 'packages');
  const folder = join(packages, `${choice.name}_${version.replace(/:/g, '%3a')}`);
  if (existsSync(folder)) return folder;

  mkdirSync(packages, { recursive: true });
  const work = mkdtempSync(join(packages, '.unpacking-'));
  try {
    await apt(
      binaryLists(),
      `downloading ${choice.name} ${version}`,
      'apt-get',
      ['download', `${choice.name}=${version}`],
      work,
    );
    const deb = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (deb === undefined) throw new Error(`downloading ${choice.name}: apt-get left no .deb`);
    await runOrThrow(`unpacking ${choice.name}`, ['dpkg', '-x', join(work, deb), join(work, 'root')]);
    moveIntoPlace(join(work, 'root'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/**
 * Downloads a source package's upstream archive once, and unpacks one folder of it; later calls are a lookup in the cache folder.
 *
 * @param {SourceChoice} choice
 * @returns {Promise<string>} the unpacked folder; throws with apt's words
 */
export async function unpackedSource(choice) {
  const what = `the source of ${choice.name} in ${choice.suite}`;
  const lists = sourceLists(choice.suite);
  await refreshLists(lists);
  const listing = await apt(lists, `looking up ${what}`, 'apt-cache', ['madison', choice.name]);
  const version = newestInSuite(listing, choice.suite);
  if (version === undefined) throw new Error(`looking up ${what}: there is no such package`);
  const sources = join(cacheFolder(), 'sources');
  const folder = join(sources, `${choice.name}_${version.replace(/:/g, '%3a')}`);
  if (existsSync(folder)) return join(folder, choice.folder);

  mkdirSync(sources, { recursive: true });
  const work = mkdtempSync(join(sources, '.unpacking-'));
  try {
    await apt(
      lists,
      `downloading ${what}`,
      'apt-get',
      ['source', '--download-only', '--tar-only', '--only-source', `${choice.name}=${version}`],
      work,
    );
    const archive = readdirSync(work).find((name) => /\.orig\.tar\.\w+$/.test(name));
    if (archive === undefined) throw new Error(`downloading ${what}: apt-get left no upstream archive`);
    mkdirSync(join(work, 'root'));
    await runOrThrow(`unpacking ${what}`, [
      ...['tar', '--extract', '--auto-compress', '--file', join(work, archive)],
      ...['--directory', join(work, 'root'), '--strip-components', '1', '--no-same-owner'],
      ...['--wildcards', `*/${choice.folder}/*`],
    ]);
    moveIntoPlace(join(work, 'root'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return join(folder, choice.folder);
}

/**
 * Renames a finished folder to its final name; when another process was first, its folder stays.
 *
 * @param {string} from
 * @param {string} to
 */
export function moveIntoPlace(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/**
 * @param {string} madison what `apt-cache madison` prints: `name | version | uri suite/component arch Packages`
 * @param {string} suite
 * @returns {string | undefined} the first listed (apt lists the newest first) version of the suite
 */
export function newestInSuite(madison, suite) {
  const accepted = suite.endsWith('-backports') ? [suite] : [suite, `${suite}-updates`, `${suite}-security`];
  for (const line of madison.split('\n')) {
    const [, version, origin] = line.split('|').map((part) => part.trim());
    const found = origin?.split(/\s+/)[1]?.split('/')[0];
    if (version && found && accepted.includes(found)) return version;
  }
  return undefined;
}

/**
 * Package lists that are kept together, in a folder of the cache with apt's configuration.
 *
 * @typedef {object} Lists
 * @property {string} folder
 * @property {() => string} text sources.list(5)
 */

/** @returns {Lists} of the packages that the tests install */
function binaryLists() {
  return { folder: join(cacheFolder(), 'apt'), text: binarySources };
}

/**
 * Each suite's list of sources by itself: they are large, and only asked for when the suites before had not what was looked for.
 *
 * @param {string} suite
 * @returns {Lists}
 */
function sourceLists(suite) {
  const text = () => `deb-src ${signed()} ${mirrors().archive} ${suite} main\n`;
  return { folder: join(cacheFolder(), `apt-sources-${suite}`), text };
}

/**
 * Makes the configuration, and fetches the lists when they are missing or old.
 *
 * @param {Lists} lists
 */
async function refreshLists({ folder, text }) {
  const stamp = join(folder, 'updated');
  const list = join(folder, 'sources.list');
  const isKnown = existsSync(stamp) && existsSync(list) && readFileSync(list, 'utf8') === text();
  const age = isKnown ? Date.now() - statSync(stamp).mtimeMs : Number.POSITIVE_INFINITY;
  if (age < LISTS_LIFETIME_MS) return;
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'parts', 'preferences']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, 'status'), '');
  writeFileSync(list, text());
  writeFileSync(join(folder, 'apt.conf'), configuration(folder));
  const result = await runAsProject('apt-get', ['-q', 'update'], folder);
  if (result.code === 0) writeFileSync(stamp, '');
  else if (!existsSync(stamp)) {
    throw new Error(`fetching Debian's package lists: ${`${result.stderr}${result.stdout}`.trim()}`);
  }
  // Old lists still serve on a machine that is off the network now.
}

/** @returns {string} sources.list(5) */
function binarySources() {
  const { archive, security } = mirrors();
  return [
    `deb ${signed()} ${archive} bookworm main`,
    `deb ${signed()} ${archive} bookworm-updates main`,
    `deb ${signed()} ${archive} bookworm-backports main`,
    `deb ${signed()} ${security} bookworm-security main`,
    '',
  ].join('\n');
}

function mirrors() {
  return debianMirrors(readMachineSources());
}

/** @returns {string} the option of sources.list(5) that names the keyring */
function signed() {
  if (!existsSync(KEYRING)) {
    throw new Error(`reading Debian's keyring: ${KEYRING} is missing (package debian-archive-keyring)`);
  }
  return `[signed-by=${KEYRING}]`;
}

/**
 * @param {string} folder
 * @returns {string} apt.conf(5); read last (`-c`), so the machine's proxy settings stay and the rest is ours
 */
function configuration(folder) {
  return [
    `Dir::State "${folder}/state";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Etc::sourcelist "${folder}/sources.list";`,
    `Dir::Etc::sourceparts "${folder}/parts";`,
    `Dir::Etc::preferencesparts "${folder}/preferences";`,
    `Dir::Etc::preferences "${folder}/preferences-none";`,
    // apt drops to the user _apt, who can't write into somebody's cache folder.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    // Hooks of the machine's own package tools have no business with these lists.
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    '#clear APT::Update::Pre-Invoke;',
    '',
  ].join('\n');
}

/**
 * @param {Lists} lists
 * @param {string} what
 * @param {'apt-get' | 'apt-cache'} program
 * @param {string[]} args
 * @param {string} [cwd]
 */
async function apt(lists, what, program, args, cwd) {
  const result = await runAsProject(program, args, lists.folder, cwd);
  if (result.code !== 0) throw new Error(`${what}: ${`${result.stderr}${result.stdout}`.trim()}`);
  return result.stdout;
}

/**
 * @param {'apt-get' | 'apt-cache'} program
 * @param {string[]} args
 * @param {string} folder
 * @param {string} [cwd]
 */
function runAsProject(program, args, folder, cwd) {
  const lock = ['flock', '--timeout', String(LOCK_WAIT_S), join(folder, 'lock')];
  return runCommand([...lock, program, '-c', join(folder, 'apt.conf'), ...args], {
    cwd,
    env: { LC_ALL: 'C' },
  });
}
