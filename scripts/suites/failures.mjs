/** What failed, from what the runners leave: told once more at the end of `npm test`, for its output is long and may be cut off at its head. */
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {object} Failure
 * @property {string} name with that of its file, where that is known
 * @property {string} error what it said; empty where the runner does not tell it
 */

/** Lines of an error that are shown: the first ones say what was expected. */
const LINES_MAX = 25;

/**
 * @param {string} lines what count-reporter.mjs wrote
 * @returns {Failure[]}
 */
export function nodeFailures(lines) {
  return lines
    .split('\n')
    .filter((line) => /^\{"outcome":"failed".*\}$/.test(line))
    .map((line) => JSON.parse(line))
    .map(({ name, file, error }) => ({ name: file ? `${file}: ${name}` : name, error: error ?? '' }));
}

/**
 * @param {string} output TAP
 * @returns {Failure[]}
 */
export function tapFailures(output) {
  return [...output.matchAll(/^not ok\b *\d* *-? *(.*)$/gm)]
    .map(([, name = '']) => ({ name, error: '' }))
    .filter(({ name }) => !/# *(skip|todo)/i.test(name));
}

/**
 * @param {string} json of Playwright's JSON reporter
 * @returns {Failure[]}
 */
export function playwrightFailures(json) {
  const { suites = [], errors = [] } = parsed(json);
  /** @type {(suite: any) => Failure[]} */
  const failuresIn = ({ suites = [], specs = [] }) => [
    ...suites.flatMap(failuresIn),
    ...specs
      .filter((/** @type {any} */ { ok }) => ok === false)
      .map((/** @type {any} */ { title, file, line, tests = [] }) => ({
        name: `${file}:${line}: ${title}`,
        error: tests
          .flatMap((/** @type {any} */ { results = [] }) => results)
          .flatMap((/** @type {any} */ { errors = [] }) => errors)
          .map((/** @type {any} */ { message }) => message)
          .join('\n'),
      })),
  ];
  return [
    ...suites.flatMap(failuresIn),
    ...errors.map((/** @type {any} */ { message }) => ({ name: 'beside the tests', error: message ?? '' })),
  ];
}

/**
 * @param {{ name: string, failures: Failure[] }[]} results
 * @returns {string} empty when nothing failed
 */
export function failureList(results) {
  return results
    .flatMap(({ name: suite, failures }) =>
      failures.map(({ name, error }) => {
        const lines = stripVTControlCharacters(error).split('\n').slice(0, LINES_MAX);
        return [
          `✖ ${suite}: ${name}`,
          ...lines.filter((line) => line.trim() !== '').map((line) => `    ${line}`),
        ].join('\n');
      }),
    )
    .join('\n');
}

/** @param {string} json */
function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
