import { startTransition, useEffect, useRef, useState } from 'react';
import { type SourceRef, sourceKey } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';

/** After drawing for some time the page is left alone for this many times as long: a slow machine shows fewer frames, not a slow editor. */
const REST = 1.5;
const REST_MAX = 400;
/** While somebody types, what changes beside the text is drawn less often: each drawing may hold up a key. */
const TYPING_LASTS = 1000;
const TYPING_REST = 600;

/** Resolves once the frame that comes next is on screen. */
function frameDrawn(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** When a key was pressed last, by `performance.now`. */
let typedAt = Number.NEGATIVE_INFINITY;
if (typeof document !== 'undefined') {
  const note = (): void => {
    typedAt = performance.now();
  };
  document.addEventListener('keydown', note, { capture: true, passive: true });
}

/** Milliseconds to leave the page alone after drawing took `drawing`. */
function restAfter(drawing: number): number {
  const rest = Math.min(REST_MAX, drawing * REST);
  return performance.now() - typedAt < TYPING_LASTS ? Math.max(TYPING_REST, rest) : rest;
}

interface Occasions {
  /** Milliseconds after which it is asked again though nothing came, for answers that depend on the time. */
  every?: number | undefined;
  /** Set where it is asked by the clock alone: nothing that comes in between would be seen. */
  clockOnly?: boolean;
  /** Set where scrolling asks: a transition would be put off by each step of it, and the rows that were asked for never be drawn. */
  atOnce?: boolean;
}

/** Questions about one source by their numbers, over all its questions. */
interface Turns {
  asked: number;
  shown: number;
  over: boolean;
}

/** The newest answer to a question about a source, see `useAnswers`. */
export function useLive<T>(
  source: SourceRef,
  question: string,
  ask: () => Promise<T>,
  occasions: Occasions = {},
): T | undefined {
  const [answer, setAnswer] = useState<T>();
  useAnswers(source, question, ask, setAnswer, occasions);
  return answer;
}

/**
 * Asks a question about a source: at once when the question changes; the same one again when the source does, at most once an animation frame and
 * never while an answer to it is on its way. `question` must hold everything that `ask` depends on; `take` is a state's setter. An answer to the
 * question before is shown until there is one to this: who scrolls on and on would see nothing else.
 */
export function useAnswers<T>(
  source: SourceRef,
  question: string,
  ask: () => Promise<T>,
  take: (answer: T) => void,
  { every, clockOnly = false, atOnce = false }: Occasions = {},
): void {
  const latest = useRef(ask);
  latest.current = ask;
  const { run, source: name } = source;
  const turns = useRef<Turns>({ asked: 0, shown: 0, over: false });

  // biome-ignore lint/correctness/useExhaustiveDependencies: of each source anew
  useEffect(() => {
    const own = { asked: 0, shown: 0, over: false };
    turns.current = own;
    return () => {
      own.over = true;
    };
  }, [run, name]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question stands for what ask depends on
  useEffect(() => {
    let over = false;
    let asking = false;
    let again = false;
    let isFirst = true;
    let frame = 0;
    const go = (): void => {
      frame = 0;
      if (asking) {
        again = true;
        return;
      }
      asking = true;
      again = false;
      const own = turns.current;
      const turn = ++own.asked;
      latest
        .current()
        .then((next) => {
          if (own.over || turn < own.shown) return undefined;
          own.shown = turn;
          const began = performance.now();
          // A transition: drawing rows is cut in slices, so that typing and scrolling come first.
          if (isFirst && atOnce) take(next);
          else startTransition(() => take(next));
          isFirst = false;
          if (over) return undefined;
          return frameDrawn().then(() => pause(restAfter(performance.now() - began)));
        })
        .catch(console.error)
        .finally(() => {
          asking = false;
          if (again && !over) schedule();
        });
    };
    const schedule = (): void => {
      if (frame === 0) frame = requestAnimationFrame(go);
    };
    // Whoever changed the question is waiting for this.
    go();
    const key = sourceKey(run, name);
    const end = theDecoder().onChange((changed) => {
      if (changed.has(key) && !clockOnly) schedule();
    });
    const timer = every === undefined ? undefined : setInterval(schedule, every);
    return () => {
      over = true;
      clearInterval(timer);
      cancelAnimationFrame(frame);
      end();
    };
  }, [run, name, question, every, clockOnly, atOnce]);
}
