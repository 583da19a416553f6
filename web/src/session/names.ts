import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import { nameKey, packedRequests } from '@probepad/protocol/values/name-book';
import type { Params, Result } from './connection.ts';

/** Asks hosts for names that the decoder wants. */
export interface NameAsker {
  ask(stream: number, asked: readonly NamesAsked[]): void;
}

export interface NameAskerOptions {
  /** Whose stream it is; undefined when it is not shown any more. */
  whose(stream: number): { run: string; host: string } | undefined;
  request(params: Params<'names.resolve'>): Promise<Result<'names.resolve'>>;
  /** See `Decoder.named`. */
  named(stream: number, found: NamesFound, again: NamesAsked[]): void;
  /** Calls back after so many milliseconds. */
  later?(act: () => void, delay: number): void;
}

/** Questions that wait for an answer at a time, each for NAMES_PATIENCE at most. */
const OPEN_MAX = 8;
/** What a host is still at work on is asked for again after this many milliseconds. */
const MORE_AFTER = 1_000;
/** What failed is asked for again after this many milliseconds, and twice as long each time after. */
const AGAIN_FIRST = 2_000;
const AGAIN_MAX = 60_000;

export function createNameAsker(options: NameAskerOptions): NameAsker {
  const { whose, request, named, later = (act, delay) => void setTimeout(act, delay) } = options;
  const queue: { stream: number; asked: NamesAsked[] }[] = [];
  /** Failures in a row, by stream. */
  const failures = new Map<number, number>();
  let open = 0;

  function askAgain(stream: number, asked: NamesAsked[]): void {
    const before = failures.get(stream) ?? 0;
    failures.set(stream, before + 1);
    later(() => named(stream, [], asked), Math.min(AGAIN_MAX, AGAIN_FIRST * 2 ** before));
  }

  async function put(stream: number, asked: NamesAsked[]): Promise<void> {
    const place = whose(stream);
    if (place === undefined) return;
    try {
      const { names, more } = await request({ ...place, asked });
      if (names.length > 0) named(stream, names, []);
      failures.delete(stream);
      if (more !== true) return;
      const rest = untold(asked, names);
      if (rest.length > 0) later(() => named(stream, [], rest), MORE_AFTER);
    } catch {
      // Away, or too busy: the numbers stand for themselves until then.
      askAgain(stream, asked);
    }
  }

  function pump(): void {
    while (open < OPEN_MAX) {
      const next = queue.shift();
      if (next === undefined) return;
      open++;
      void put(next.stream, next.asked).finally(() => {
        open--;
        pump();
      });
    }
  }

  return {
    ask(stream, asked) {
      for (const request of packedRequests(asked)) queue.push({ stream, asked: request });
      pump();
    },
  };
}

/** What of the questions was not answered. */
function untold(asked: readonly NamesAsked[], found: NamesFound): NamesAsked[] {
  const told = new Set(found.map((one) => nameKey(one, one.value)));
  return asked.flatMap((one) => {
    const values = one.values.filter((value) => !told.has(nameKey(one, value)));
    return values.length > 0 ? [{ ...one, values }] : [];
  });
}
