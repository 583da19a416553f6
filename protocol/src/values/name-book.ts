/** What one host has told of names, and what it has still to be asked: the same in the browser and on the command line. */
import type { NamesAsked, NamesFound } from '../control/names.ts';
import { NAMES_ASKED_MAX } from '../limits.ts';
import type { Name, NameKind, NameLookup } from './name.ts';

export interface NameBook {
  /** Notes what it doesn't know, to be asked for: once, until `again`. */
  lookUp: NameLookup;
  /** What is known, and nothing is noted. */
  peek: NameLookup;
  /** Takes what was noted since the last time, as questions of NAMES_ASKED_MAX values at most, each of one kind. */
  takeAsked(): NamesAsked[];
  /** Whether there is something to take. */
  readonly wants: boolean;
  /** Takes names over. @returns whether anything is new */
  learn(found: NamesFound): boolean;
  /** What could not be told now is noted again when it is looked up again. */
  again(asked: NamesAsked): void;
}

/** Values that are remembered; of more, those that were looked up first are forgotten. */
const KEPT_MAX = 100_000;
/** Values that wait to be asked for. What is over it is noted when it is looked up again. */
const WAITING_MAX = 4_096;

/** Values of one kind, and of one process. */
interface Page {
  kind: NameKind;
  pid: number | undefined;
  /** Undefined for what has been noted and is not known. */
  names: Map<bigint, Name | undefined>;
  waiting: bigint[];
}

export function createNameBook(): NameBook {
  const pages = new Map<string, Page>();
  /** Pages by kind, and by process for user symbols: a look-up happens for every cell. */
  const byKind = new Map<NameKind, Page>();
  const byProcess = new Map<number, Page>();
  let kept = 0;
  let waiting = 0;

  function pageOf(kind: NameKind, pid: number | undefined): Page {
    const own = kind === 'user_symbol' ? pid : undefined;
    const known = own === undefined ? byKind.get(kind) : byProcess.get(own);
    if (known !== undefined) return known;
    const page: Page = { kind, pid: own, names: new Map(), waiting: [] };
    pages.set(`${kind} ${own ?? ''}`, page);
    if (own === undefined) byKind.set(kind, page);
    else byProcess.set(own, page);
    return page;
  }

  /** Whole pages go first: processes that nobody looks at any more. */
  function forgetOldest(): void {
    for (const [key, page] of pages) {
      if (kept <= KEPT_MAX) return;
      kept -= page.names.size;
      waiting -= page.waiting.length;
      pages.delete(key);
      if (page.pid === undefined) byKind.delete(page.kind);
      else byProcess.delete(page.pid);
    }
  }

  return {
    peek(kind, value, pid) {
      const page = kind === 'user_symbol' ? byProcess.get(pid ?? -1) : byKind.get(kind);
      return page?.names.get(value);
    },
    lookUp(kind, value, pid) {
      const page = pageOf(kind, pid);
      const name = page.names.get(value);
      if (name !== undefined || page.names.has(value) || waiting >= WAITING_MAX) return name;
      page.names.set(value, undefined);
      page.waiting.push(value);
      waiting++;
      kept++;
      if (kept > KEPT_MAX) forgetOldest();
      return undefined;
    },
    get wants() {
      return waiting > 0;
    },
    takeAsked() {
      const asked: NamesAsked[] = [];
      for (const page of pages.values()) {
        const { kind, pid } = page;
        for (let at = 0; at < page.waiting.length; at += NAMES_ASKED_MAX) {
          const values = page.waiting.slice(at, at + NAMES_ASKED_MAX).map(String);
          asked.push({ kind, ...(pid !== undefined && { pid }), values });
        }
        page.waiting = [];
      }
      waiting = 0;
      return asked;
    },
    learn(found) {
      for (const { kind, pid, value, text, detail, symbol, object } of found) {
        const page = pageOf(kind, pid);
        if (!page.names.has(BigInt(value))) kept++;
        page.names.set(BigInt(value), { text, detail, symbol, object });
      }
      if (kept > KEPT_MAX) forgetOldest();
      return found.length > 0;
    },
    again({ kind, pid, values }) {
      const page = pageOf(kind, pid);
      for (const value of values) {
        if (page.names.get(BigInt(value)) === undefined && page.names.delete(BigInt(value))) kept--;
      }
    },
  };
}
