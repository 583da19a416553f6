import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import type { NameLookup } from '@probepad/protocol/values/name';
import { createNameBook, type NameBook } from '@probepad/protocol/values/name-book';

/** The name books of all streams, and when their hosts are asked. */
export interface NameQuestions {
  /** What a stream's cells are written with. */
  open(stream: number): NameLookup;
  /** What is known by now, without a question: for texts that nobody may ever see. */
  known(stream: number): NameLookup;
  /** @returns whether something is shown differently now */
  answer(stream: number, found: NamesFound, again: readonly NamesAsked[]): boolean;
  close(stream: number): void;
}

/** Milliseconds that look-ups are collected: a view looks up its rows one by one. */
const COLLECT = 50;

export function createNameQuestions(
  ask: (stream: number, asked: NamesAsked[]) => void,
  later: (act: () => void) => void = (act) => void setTimeout(act, COLLECT),
): NameQuestions {
  const books = new Map<number, NameBook>();
  let waiting = false;

  function askAll(): void {
    waiting = false;
    for (const [stream, book] of books) if (book.wants) ask(stream, book.takeAsked());
  }

  return {
    open(stream) {
      const book = createNameBook();
      books.set(stream, book);
      return (kind, value, pid) => {
        const name = book.lookUp(kind, value, pid);
        if (book.wants && !waiting) {
          waiting = true;
          later(askAll);
        }
        return name;
      };
    },
    known: (stream) => (kind, value, pid) => books.get(stream)?.peek(kind, value, pid),
    answer(stream, found, again) {
      const book = books.get(stream);
      if (book === undefined) return false;
      const learnt = book.learn(found);
      for (const asked of again) book.again(asked);
      return learnt || again.length > 0;
    },
    close: (stream) => void books.delete(stream),
  };
}
