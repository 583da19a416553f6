import { setImmediate, setTimeout } from 'node:timers/promises';
import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import type { NameLookup } from '@probepad/protocol/values/name';
import { createNameBook, type NameBook } from '@probepad/protocol/values/name-book';

/** Asks a host for names. `host` is the name for people; `more`: the host was still at work on the others. */
export type AskNames = (
  host: string,
  asked: NamesAsked[],
) => Promise<{ names: NamesFound; more?: boolean | undefined }>;

/**
 * Prints one after the other. What is printed can't be changed when a name comes, so a line waits for its names, a while, and later
 * lines wait behind it.
 */
export interface PrintOrder {
  /** What a host has told so far. */
  lookUp(host: string): NameLookup | undefined;
  /**
   * @param note looks up what `print` will; left out where that needs no names
   */
  print(host: string, note: (() => void) | undefined, print: () => void): void;
  /** False while much waits, so that data waits where it is counted when it is dropped. */
  hasRoom(): boolean;
  onRoom(listener: () => void): void;
  /** Resolves when all that was to be printed is. */
  settled(): Promise<void>;
}

/** Nothing is asked for. */
export const PRINT_AT_ONCE: PrintOrder = {
  lookUp: () => undefined,
  print: (_host, _note, print) => print(),
  hasRoom: () => true,
  onRoom: () => {},
  settled: async () => {},
};

/** Milliseconds that a line waits: a file of symbols takes its host about a second the first time, a busy one several. */
const PATIENCE = 6_000;
/** What a host is still at work on is asked for again after this many milliseconds. */
const AGAIN = 100;
/** Batches of lines that wait; each is up to 256 KiB of frames. */
const WAITING_MAX = 64;

/** @param asking who to ask, once the run has been started */
export function createPrintOrder(asking: Promise<AskNames>): PrintOrder {
  const books = new Map<string, NameBook>();
  const roomListeners: (() => void)[] = [];
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;

  function bookOf(host: string): NameBook {
    let book = books.get(host);
    if (book === undefined) {
      book = createNameBook();
      books.set(host, book);
    }
    return book;
  }

  /** Asks until the host has said all that it knows, or nobody waits for it any more. */
  async function putUntilKnown(host: string, book: NameBook, asked: NamesAsked): Promise<void> {
    const askNames = await asking;
    const deadline = performance.now() + PATIENCE;
    let more: boolean | undefined = true;
    try {
      while (more === true && performance.now() < deadline) {
        const answer = await askNames(host, [asked]);
        book.learn(answer.names);
        more = answer.more;
        if (more === true) await setTimeout(AGAIN, undefined, { ref: false });
      }
    } catch {
      // The number stands for itself.
    }
  }

  /** Each kind on its own, so that quick ones don't wait for slow ones. */
  async function ask(host: string, book: NameBook): Promise<void> {
    const questions = book.takeAsked().map((asked) => putUntilKnown(host, book, asked));
    await Promise.race([Promise.all(questions), setTimeout(PATIENCE, undefined, { ref: false })]);
  }

  return {
    lookUp: (host) => bookOf(host).lookUp,
    print(host, note, print) {
      const book = bookOf(host);
      note?.();
      if (waiting === 0 && !book.wants) {
        print();
        return;
      }
      waiting++;
      const known = book.wants ? ask(host, book) : undefined;
      last = last.then(async () => {
        await known;
        print();
        waiting--;
        // The end of a run is told on standard error: after the lines that go out by the turn.
        await setImmediate();
        if (waiting === WAITING_MAX / 2) for (const listener of roomListeners) listener();
      });
    },
    hasRoom: () => waiting < WAITING_MAX,
    onRoom: (listener) => void roomListeners.push(listener),
    settled: () => last,
  };
}
