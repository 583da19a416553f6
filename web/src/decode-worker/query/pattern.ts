/**
 * Regular expressions whose time grows with the text alone: what a person types must not hold the worker up, and JavaScript's own
 * can take years. No look-around and no back references. A search keeps the set of all states that it may be in (K. Thompson,
 * "Regular Expression Search Algorithm", 1968).
 */

/** Why a text is no pattern; `at` is an offset within it. */
export class PatternError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

type State =
  | { kind: 'letter'; fits: (code: number) => boolean; next: number }
  | { kind: 'fork'; next: number; other: number }
  | { kind: 'start' | 'end'; next: number }
  | { kind: 'found' };

type Node =
  | { kind: 'letter'; fits: (code: number) => boolean }
  | { kind: 'start' | 'end' | 'nothing' }
  | { kind: 'sequence' | 'choice'; parts: Node[] }
  | { kind: 'repeat'; of: Node; least: number; most: number };

const STATES_MAX = 2000;
const REPEAT_MAX = 100;

/** @returns whether a text has the pattern anywhere @throws PatternError */
export function compilePattern(source: string, ignoreCase: boolean): (text: string) => boolean {
  const fold = (code: number): number => (code >= 65 && code <= 90 ? code + 32 : code);
  const states = statesOf(parsePattern(source, ignoreCase));
  const first = states.length - 1;
  const marks = new Uint32Array(states.length);
  let mark = 0;
  let now = new Uint32Array(states.length);
  let after = new Uint32Array(states.length);

  return (text) => {
    /** Takes in a state and those that it leads to without a letter. @returns the new count, or -1 where the pattern is found */
    function enter(into: Uint32Array, filled: number, from: number, at: number): number {
      let count = filled;
      const waiting = [from];
      for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        if (marks[index] === mark) continue;
        marks[index] = mark;
        const state = states[index] as State;
        if (state.kind === 'found') return -1;
        if (state.kind === 'fork') waiting.push(state.other, state.next);
        else if (state.kind === 'letter') into[count++] = index;
        else if (state.kind === 'start' ? at === 0 : at === text.length) waiting.push(state.next);
      }
      return count;
    }

    let filled = 0;
    mark++;
    for (let at = 0; ; at++) {
      filled = enter(now, filled, first, at);
      if (filled < 0) return true;
      if (at === text.length) return false;
      const code = ignoreCase ? fold(text.charCodeAt(at)) : text.charCodeAt(at);
      let kept = 0;
      mark++;
      for (let each = 0; each < filled; each++) {
        const state = states[now[each] as number];
        if (state?.kind !== 'letter' || !state.fits(code)) continue;
        kept = enter(after, kept, state.next, at + 1);
        if (kept < 0) return true;
      }
      [now, after] = [after, now];
      filled = kept;
    }
  };
}

/** From the end to the beginning: each state knows what follows. */
function statesOf(root: Node): State[] {
  const states: State[] = [{ kind: 'found' }];
  const add = (state: State): number => {
    if (states.length >= STATES_MAX) throw new PatternError('the pattern is too large', 0);
    return states.push(state) - 1;
  };
  function build(node: Node, next: number): number {
    switch (node.kind) {
      case 'letter':
        return add({ kind: 'letter', fits: node.fits, next });
      case 'start':
      case 'end':
        return add({ kind: node.kind, next });
      case 'nothing':
        return next;
      case 'sequence':
        return node.parts.reduceRight((after, part) => build(part, after), next);
      case 'choice':
        return node.parts
          .map((part) => build(part, next))
          .reduce((other, each) => add({ kind: 'fork', next: each, other }));
      case 'repeat': {
        let rest = next;
        if (node.most === Number.POSITIVE_INFINITY) {
          const fork = add({ kind: 'fork', next, other: next });
          (states[fork] as Extract<State, { kind: 'fork' }>).next = build(node.of, fork);
          rest = fork;
        } else {
          for (let at = node.least; at < node.most; at++)
            rest = add({ kind: 'fork', next: build(node.of, rest), other: next });
        }
        for (let at = 0; at < node.least; at++) rest = build(node.of, rest);
        return rest;
      }
    }
  }
  const first = build(root, 0);
  // The search begins at the last state.
  add({ kind: 'fork', next: first, other: first });
  return states;
}

function parsePattern(source: string, ignoreCase: boolean): Node {
  let at = 0;
  let depth = 0;

  function choice(): Node {
    if (++depth > 50) throw new PatternError('the pattern is nested too deeply', at);
    const parts = [sequence()];
    while (source[at] === '|') {
      at++;
      parts.push(sequence());
    }
    depth--;
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'choice', parts };
  }

  function sequence(): Node {
    const parts: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated());
    return parts.length === 0 ? { kind: 'nothing' } : { kind: 'sequence', parts };
  }

  function repeated(): Node {
    const of = atom();
    const sign = source[at] ?? '';
    const bounds: Record<string, [number, number]> = {
      '*': [0, Number.POSITIVE_INFINITY],
      '+': [1, Number.POSITIVE_INFINITY],
      '?': [0, 1],
    };
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(source.slice(at));
    const [least, most] = counted
      ? [
          Number(counted[1]),
          counted[2] === undefined
            ? Number(counted[1])
            : counted[3]
              ? Number(counted[3])
              : Number.POSITIVE_INFINITY,
        ]
      : (bounds[sign] ?? [1, 1]);
    if (!counted && !bounds[sign]) return of;
    if (least > REPEAT_MAX || (most > REPEAT_MAX && most !== Number.POSITIVE_INFINITY) || most < least) {
      throw new PatternError(`a repetition is at most ${REPEAT_MAX} times`, at);
    }
    at += counted ? counted[0].length : 1;
    // Whether the shortest or the longest is taken makes no difference to whether there is one.
    if (source[at] === '?') at++;
    if (/^[*+?]/.test(source.slice(at))) throw new PatternError(`${source[at]} has nothing to repeat`, at);
    return { kind: 'repeat', of, least, most };
  }

  function atom(): Node {
    const letter = source[at] ?? '';
    const start = at++;
    switch (letter) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'letter', fits: () => true };
      case '[':
        return { kind: 'letter', fits: letters() };
      case '(': {
        if (source[at] === '?') {
          if (source[at + 1] !== ':') throw new PatternError('look-around is not known here', at);
          at += 2;
        }
        const inner = choice();
        if (source[at] !== ')') throw new PatternError('a ) is missing', start);
        at++;
        return inner;
      }
      case '*':
      case '+':
      case '?':
        throw new PatternError(`${letter} has nothing to repeat`, start);
      case '\\':
        return { kind: 'letter', fits: escaped() };
      default:
        return { kind: 'letter', fits: exactly(letter.charCodeAt(0)) };
    }
  }

  function exactly(code: number): (code: number) => boolean {
    const wanted = ignoreCase && code >= 65 && code <= 90 ? code + 32 : code;
    return (each) => each === wanted;
  }

  function escaped(): (code: number) => boolean {
    const letter = source[at++];
    if (letter === undefined) throw new PatternError('nothing follows the \\', at - 2);
    const known = CLASSES[letter.toLowerCase()];
    if (known) return letter === letter.toLowerCase() ? known : (code) => !known(code);
    if (/[bB1-9kpPux]/.test(letter)) throw new PatternError(`\\${letter} is not known here`, at - 2);
    const control = { n: 10, t: 9, r: 13, f: 12, v: 11, '0': 0 }[letter];
    return exactly(control ?? letter.charCodeAt(0));
  }

  function letters(): (code: number) => boolean {
    const start = at;
    const negated = source[at] === '^';
    if (negated) at++;
    const fits: ((code: number) => boolean)[] = [];
    for (let first = true; first || source[at] !== ']'; first = false) {
      if (at >= source.length) throw new PatternError('a ] is missing', start - 1);
      const letter = source[at++] ?? '';
      if (letter === '\\') {
        fits.push(escaped());
        continue;
      }
      const low = letter.charCodeAt(0);
      if (source[at] !== '-' || source[at + 1] === ']' || at + 1 >= source.length) {
        fits.push(exactly(low));
        continue;
      }
      const high = source.charCodeAt(at + 1);
      if (high < low) throw new PatternError('the range is empty', at - 1);
      at += 2;
      // Texts come in lower case then; a range of capitals means small ones.
      const within = (code: number): boolean => code >= low && code <= high;
      fits.push(
        ignoreCase ? (code) => within(code) || (code >= 97 && code <= 122 && within(code - 32)) : within,
      );
    }
    at++;
    return (code) => fits.some((each) => each(code)) !== negated;
  }

  const root = choice();
  if (at < source.length) throw new PatternError('a ( is missing', at);
  return root;
}

const CLASSES: Record<string, (code: number) => boolean> = {
  d: (code) => code >= 48 && code <= 57,
  w: (code) =>
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95,
  s: (code) => code === 32 || (code >= 9 && code <= 13) || code === 0xa0,
};
