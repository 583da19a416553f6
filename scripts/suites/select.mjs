/** Chooses suites by the command line: `--only NAME,…`. */

/**
 * @param {string[]} args
 * @param {import('../suites.mjs').Suite[]} suites
 * @returns {import('../suites.mjs').Suite[]} in their own order; throws for a name that there isn't
 */
export function selectSuites(args, suites) {
  if (args.length === 0) return suites;
  const [option, value, ...rest] = args[0]?.startsWith('--only=')
    ? ['--only', args[0].slice(7), ...args.slice(1)]
    : args;
  const names = value?.split(',') ?? [];
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (option !== '--only' || value === undefined || rest.length > 0 || unknown !== undefined) {
    throw new Error(`${unknown === undefined ? '' : `there is no suite "${unknown}"\n`}usage: npm test [-- --only NAME,…]
suites: ${suites.map(({ name }) => name).join(', ')}`);
  }
  return suites.filter(({ name }) => names.includes(name));
}
