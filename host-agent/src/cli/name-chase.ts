import { setTimeout } from 'node:timers/promises';
import type { NamesAsked } from '@probepad/protocol/control/names';
import type { NameLookup } from '@probepad/protocol/values/name';
import { createNameBook, type NameBook, packedRequests } from '@probepad/protocol/values/name-book';
import type { AskNames } from './print-order.ts';

/** Names of what is written once, at the end: hosts are asked while the run goes on, for processes and their files go away. */
export interface NameChase {
  /** What a host has told so far; what it has not is noted. */
  lookUp(host: string): NameLookup;
  /** Asks for what has been noted. */
  ask(): void;
  /**
   * Resolves when every host has said what it knows, or nothing new for PATIENCE, or when there is a hurry.
   * @param look looks up all names that are wanted, so that what could not be told is asked for again
   */
  settled(look: () => void, hurry: AbortSignal): Promise<void>;
}

/** Questions that wait for an answer at a time. */
const OPEN_MAX = 6;
/** What a host is still at work on is asked for again after this many milliseconds. */
const AGAIN = 1_000;
/** A host that has told nothing new for so many milliseconds is believed to know no more. */
const PATIENCE = 30_000;

/** @param asking who to ask, once the run has been started */
export function createNameChase(asking: Promise<AskNames>): NameChase {
  const books = new Map<string, NameBook>();
  const queue: { host: string; asked: NamesAsked[] }[] = [];
  let open = 0;
  let learnt = performance.now();
  let wake = Promise.withResolvers<void>();

  async function put(host: string, asked: NamesAsked[]): Promise<void> {
    const book = books.get(host);
    const askNames = await asking;
    try {
      const { names, more } = await askNames(host, asked);
      if (book?.learn(names)) learnt = performance.now();
      if (more !== true) return;
      await setTimeout(AGAIN, undefined, { ref: false });
      for (const one of asked) book?.again(one);
    } catch {
      // The address stands for itself.
    }
  }

  function pump(): void {
    while (open < OPEN_MAX) {
      const next = queue.shift();
      if (next === undefined) break;
      open++;
      void put(next.host, next.asked).finally(() => {
        open--;
        wake.resolve();
        wake = Promise.withResolvers<void>();
        pump();
      });
    }
  }

  function ask(): void {
    for (const [host, book] of books) {
      if (book.wants) queue.push(...packedRequests(book.takeAsked()).map((asked) => ({ host, asked })));
    }
    pump();
  }

  return {
    lookUp(host) {
      let book = books.get(host);
      if (book === undefined) {
        book = createNameBook();
        books.set(host, book);
      }
      return book.lookUp;
    },
    ask,
    async settled(look, hurry) {
      learnt = performance.now();
      hurry.addEventListener('abort', () => wake.resolve());
      while (!hurry.aborted) {
        look();
        ask();
        if (open === 0) return;
        const left = learnt + PATIENCE - performance.now();
        if (left <= 0) return;
        await Promise.race([wake.promise, setTimeout(left, undefined, { ref: false })]);
      }
    },
  };
}
