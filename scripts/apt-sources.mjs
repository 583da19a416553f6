/**
 * Reads the machine's apt sources (sources.list(5): one-line and deb822 style) to learn which mirror it uses.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} AptSource
 * @property {string} uri
 * @property {string[]} suites
 */

/**
 * @param {string} text the contents of a `.list` file
 * @returns {AptSource[]} its `deb` lines
 */
export function parseOneLineSources(text) {
  const sources = [];
  for (const line of text.split('\n')) {
    const words = line
      .replace(/#.*/, '')
      .replace(/\[[^\]]*\]/, ' ')
      .trim()
      .split(/\s+/);
    if (words[0] !== 'deb' || words[1] === undefined || words[2] === undefined) continue;
    sources.push({ uri: words[1], suites: [words[2]] });
  }
  return sources;
}

/**
 * @param {string} text the contents of a `.sources` file
 * @returns {AptSource[]} its enabled stanzas of type `deb`, one for each URI
 */
export function parseDeb822Sources(text) {
  const sources = [];
  for (const stanza of text.split(/\n\s*\n/)) {
    const fields = parseStanza(stanza);
    if ((fields.get('enabled') ?? 'yes').toLowerCase() === 'no') continue;
    if (!words(fields.get('types')).includes('deb')) continue;
    const suites = words(fields.get('suites'));
    for (const uri of words(fields.get('uris'))) sources.push({ uri, suites });
  }
  return sources;
}

/**
 * @param {string} [folder] apt's own folder
 * @returns {AptSource[]} every enabled source of binary packages; empty when there are none or they can't be read
 */
export function readMachineSources(folder = '/etc/apt') {
  const sources = parseOneLineSources(readIfThere(join(folder, 'sources.list')));
  for (const name of listIfThere(join(folder, 'sources.list.d'))) {
    const text = readIfThere(join(folder, 'sources.list.d', name));
    if (name.endsWith('.list')) sources.push(...parseOneLineSources(text));
    if (name.endsWith('.sources')) sources.push(...parseDeb822Sources(text));
  }
  return sources;
}

/**
 * The mirrors that the machine takes Debian's archive from, or Debian's own when it is no Debian machine.
 *
 * @param {AptSource[]} sources
 * @returns {{ archive: string, security: string }} URIs without a trailing slash
 */
export function debianMirrors(sources) {
  const uris = sources.filter(({ uri }) => /^(https?|mirror\+\w+|file):/.test(uri));
  const ending = (/** @type {RegExp} */ pattern) =>
    uris.map(({ uri }) => uri.replace(/\/+$/, '')).find((uri) => pattern.test(uri));
  return {
    archive: ending(/\/debian$/) ?? 'http://deb.debian.org/debian',
    security: ending(/\/debian-security$/) ?? 'http://deb.debian.org/debian-security',
  };
}

/** @param {string} stanza */
function parseStanza(stanza) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  let current = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const field = /^([A-Za-z0-9-]+):(.*)$/.exec(line);
    if (field?.[1] !== undefined) {
      current = field[1].toLowerCase();
      fields.set(current, (field[2] ?? '').trim());
    } else if (/^\s/.test(line) && current !== '') {
      fields.set(current, `${fields.get(current)} ${line.trim()}`);
    }
  }
  return fields;
}

/** @param {string | undefined} value */
function words(value) {
  return (value ?? '').split(/\s+/).filter((word) => word !== '');
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} path */
function listIfThere(path) {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
