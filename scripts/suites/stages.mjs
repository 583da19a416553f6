/** Which suites run at the same time. */

/**
 * @param {import('../suites.mjs').Suite[]} suites
 * @returns {import('../suites.mjs').Suite[][]} one stage after the other; all suites of a stage at once
 */
export function stagesOf(suites) {
  /** @type {import('../suites.mjs').Suite[][]} */
  const stages = [];
  for (const suite of suites) {
    const stage = stages.find((others) => others.some(({ name }) => name === suite.beside));
    if (stage) stage.push(suite);
    else stages.push([suite]);
  }
  return stages;
}
