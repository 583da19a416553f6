/** Output of several suites that run at once, shown one after the other and never mixed. */

/**
 * @typedef {object} Turn
 * @property {(stream: 'stdout' | 'stderr', text: string) => void} write shown at once when it is this one's turn, else kept until then
 * @property {() => void} end nothing more comes from this one
 */

/**
 * @param {number} count
 * @param {Turn['write']} show
 * @returns {Turn[]} the first one's output is shown as it comes, the next one's from the end of the first on, and so on
 */
export function takeTurns(count, show) {
  /** @type {{ kept: Parameters<Turn['write']>[], ended: boolean }[]} */
  const turns = Array.from({ length: count }, () => ({ kept: [], ended: false }));
  let current = 0;
  const proceed = () => {
    for (; current < count; current++) {
      const turn = turns[current];
      if (turn === undefined) return;
      for (const chunk of turn.kept.splice(0)) show(...chunk);
      if (!turn.ended) return;
    }
  };
  return turns.map((turn, index) => ({
    write(stream, text) {
      if (index === current) show(stream, text);
      else turn.kept.push([stream, text]);
    },
    end() {
      turn.ended = true;
      proceed();
    },
  }));
}
