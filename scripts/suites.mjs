/**
 * Every test suite of Probepad, in the order that `npm test` runs them. A new suite is one entry here; a suite
 * without a single test fails, so an entry comes with its first test.
 *
 * - `tap`: a command that prints TAP (testanything.org) on its standard output
 * - `node`: test files for `node --test`, as globs
 * - `playwright`: a Playwright configuration
 */

import { availableParallelism } from 'node:os';

/**
 * @typedef {object} Suite
 * @property {string} name for `npm test -- --only NAME,…`
 * @property {string} about what passes when it passes
 * @property {number} limitMinutes it is ended and counts as failed after that
 * @property {string[]} [tap]
 * @property {string[]} [node]
 * @property {number} [filesAtOnce] for `node`; default: what Node makes of the number of cores
 * @property {string} [playwright]
 * @property {string} [beside] name of a suite before it that it runs at the same time as: neither may mind how fast it goes
 */

/** @type {Suite[]} */
export const SUITES = [
  {
    name: 'check',
    about: 'types, lint and import rules',
    tap: ['node', 'scripts/static-checks.mjs'],
    limitMinutes: 5,
  },
  {
    name: 'loader',
    about: 'the loader’s C tests, under sanitizers',
    tap: ['make', '--silent', '--directory', 'host-agent/loader', 'check'],
    limitMinutes: 10,
  },
  {
    name: 'kernel',
    about: 'the sanitized loader on this machine’s kernel',
    node: ['host-agent/loader/test/**/*.test.ts'],
    filesAtOnce: 1,
    limitMinutes: 10,
  },
  {
    name: 'contract',
    about: 'C and TypeScript write and read the same bytes',
    node: ['test/contract/**/*.test.ts'],
    limitMinutes: 5,
  },
  {
    name: 'unit',
    about: 'each part alone, beside its source',
    node: [
      'protocol/src/**/*.test.ts',
      'host-agent/src/**/*.test.ts',
      'web/{app,server,src}/**/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
    // Node's own default leaves one core to the runner, which does next to nothing.
    filesAtOnce: availableParallelism(),
    limitMinutes: 10,
  },
  {
    name: 'templates',
    about: 'the probes that ship with Probepad, on this machine’s kernel',
    node: ['test/templates/**/*.test.ts'],
    filesAtOnce: 1,
    limitMinutes: 10,
  },
  {
    name: 'attach',
    about: 'what no template attaches to, from the command line to typed rows',
    node: ['test/attach/**/*.test.ts'],
    filesAtOnce: 1,
    limitMinutes: 10,
  },
  {
    name: 'security',
    about: 'attacks on the compile box, sockets and output',
    node: ['test/security/**/*.test.ts'],
    filesAtOnce: 1,
    limitMinutes: 15,
  },
  {
    name: 'fault',
    about: 'kill, stall and repeat: nothing is left over, every count balances',
    node: ['test/fault/**/*.test.ts'],
    filesAtOnce: 1,
    limitMinutes: 25,
  },
  {
    name: 'e2e',
    about: 'the app in Chromium, against real kernels',
    playwright: 'test/e2e/playwright.config.ts',
    // A guest with programs of others takes three minutes of it on two idle cores.
    limitMinutes: 25,
  },
  {
    name: 'guest',
    about: 'guests with Debian kernels 6.1 and 6.12',
    node: ['test/guest/**/*.test.ts'],
    // An emulated machine keeps one core busy: most of what it does comes one after the other.
    filesAtOnce: 2,
    limitMinutes: 45,
  },
  {
    name: 'docker',
    about: 'the container images build and work',
    node: ['test/docker/**/*.test.ts'],
    filesAtOnce: 1,
    limitMinutes: 30,
    beside: 'guest',
  },
];
