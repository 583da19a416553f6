import { useEffect, useRef, useState } from 'react';
import { type SourceRef, sourceKey } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';

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
          if (!over) setAnswer(next);
        }, console.error)
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
