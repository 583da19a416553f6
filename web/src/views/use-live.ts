import { startTransition, useEffect, useRef, useState } from 'react';
import { type SourceRef, sourceKey } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';

/** After drawing for some time the page is left alone for this many times as long: a slow machine shows fewer frames, not a slow editor. */
const REST = 1.5;
const REST_MAX = 400;

/** Resolves once the frame that comes next is on screen. */
function frameDrawn(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(REST_MAX, milliseconds)));
}

/**
 * The newest answer to a question about a source: asked again when the source changes or the question does, at most once
 * an animation frame and never while an answer is on its way. `question` must hold everything that `ask` depends on.
 */
export function useLive<T>(
  source: SourceRef,
  question: string,
  ask: () => Promise<T>,
  /** Milliseconds after which it is asked again though nothing came, for answers that depend on the time. */
  every?: number,
): T | undefined {
  const [answer, setAnswer] = useState<T>();
  const latest = useRef(ask);
  latest.current = ask;
  const { run, source: name } = source;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question stands for what ask depends on
  useEffect(() => {
    let over = false;
    let asking = false;
    let again = false;
    let frame = 0;
    const go = (): void => {
      frame = 0;
      if (asking) {
        again = true;
        return;
      }
      asking = true;
      again = false;
      latest
        .current()
        .then((next) => {
          if (over) return undefined;
          const began = performance.now();
          // A transition: drawing rows is cut in slices, so that typing and scrolling come first.
          startTransition(() => setAnswer(next));
          return frameDrawn().then(() => pause((performance.now() - began) * REST));
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
    schedule();
    const key = sourceKey(run, name);
    const end = theDecoder().onChange((changed) => {
      if (changed.has(key)) schedule();
    });
    const timer = every === undefined ? undefined : setInterval(schedule, every);
    return () => {
      over = true;
      clearInterval(timer);
      cancelAnimationFrame(frame);
      end();
    };
  }, [run, name, question, every]);
  return answer;
}
