/** What one host has told of names, and what it has still to be asked: the same in the browser and on the command line. */
import type { NamesAsked, NamesFound } from '../control/names.ts';
import { NAMES_ASKED_MAX } from '../limits.ts';
import type { Name, NameKind, NameLookup } from './name.ts';

export interface NameBook {
  /**
   * Notes what it doesn't know, to be asked for: once, until `again` or after a while; a host may know it later. What may have changed
   * since is noted too, and given as it was meanwhile.
   */
  lookUp: NameLookup;
  /** What is known, and nothing is noted. */
  peek: NameLookup;
  /**
   * Takes what was noted since the last time, as questions of one kind each. Of NAMES_ASKED_MAX values after the other, what was looked
   * up first comes first: so many fit a request (`packedRequests`).
   */
  takeAsked(): NamesAsked[];
  /** Whether there is something to take. */
  readonly wants: boolean;
  /** Takes names over. @returns whether anything is new or another */
  learn(found: NamesFound): boolean;
  /** What could not be told now is noted again when it is looked up again. */
  again(asked: NamesAsked): void;
}

/** Values that are remembered; of more, those that were looked up first are forgotten. */
const KEPT_MAX = 100_000;
/** Values that wait to be asked for. What is over it is noted when it is looked up again. */
const WAITING_MAX = 4_096;

/** Milliseconds until what has no name is asked for again: the first time, and at most; each time twice as long. */
const UNKNOWN_FIRST = 15_000;
const UNKNOWN_LONGEST = 240_000;
/** Milliseconds that a name is believed: a process executes another program, and numbers and addresses are used again. */
const BELIEVED: Partial<Record<NameKind, number>> = { process: 10_000, user_symbol: 300_000 };

interface Entry {
  /** Undefined for what has been noted and is not known. */
  name: Name | undefined;
  /** When it is noted again, if it is looked up. */
  due: number;
  /** How long it waits for that as long as nothing is told. */
  wait: number;
}

/** Values of one kind, and of one process or file. */
interface Page {
  kind: NameKind;
  /** Whose values they are: a process, or a file by its build id. */
  owner: Pick<NamesAsked, 'pid' | 'buildId'>;
  names: Map<bigint, Entry>;
}

/** @param now milliseconds of any clock */
export function createNameBook(now: () => number = Date.now): NameBook {
  const pages = new Map<string, Page>();
  /** Pages by kind, and by process or file for symbols of those: a look-up happens for every cell. */
  const byKind = new Map<NameKind, Page>();
  const byOwner = new Map<number | string, Page>();
  let kept = 0;
  let waiting: { page: Page; value: bigint }[] = [];

  function pageOf(kind: NameKind, of: number | string | undefined): Page {
    const own = isOwned(kind) ? of : undefined;
    const known = own === undefined ? byKind.get(kind) : byOwner.get(own);
    if (known !== undefined) return known;
    const owner = typeof own === 'number' ? { pid: own } : own === undefined ? {} : { buildId: own };
    const page: Page = { kind, owner, names: new Map() };
    pages.set(`${kind} ${own ?? ''}`, page);
    if (own === undefined) byKind.set(kind, page);
    else byOwner.set(own, page);
    return page;
  }

  /** Whole pages go first: processes that nobody looks at any more. */
  function forgetOldest(): void {
    for (const [key, page] of pages) {
      if (kept <= KEPT_MAX) return;
      kept -= page.names.size;
      pages.delete(key);
      const own = page.owner.pid ?? page.owner.buildId;
      if (own === undefined) byKind.delete(page.kind);
      else byOwner.delete(own);
    }
  }

  return {
    peek(kind, value, of) {
      const page = isOwned(kind) ? byOwner.get(of ?? -1) : byKind.get(kind);
      return page?.names.get(value)?.name;
    },
    lookUp(kind, value, of) {
      const page = pageOf(kind, of);
      const known = page.names.get(value);
      if (known === undefined) {
        if (waiting.length >= WAITING_MAX) return undefined;
        page.names.set(value, { name: undefined, due: now() + UNKNOWN_FIRST, wait: UNKNOWN_FIRST });
        kept++;
      } else {
        if (known.due === Number.POSITIVE_INFINITY || waiting.length >= WAITING_MAX || known.due > now()) {
          return known.name;
        }
        known.wait = Math.min(UNKNOWN_LONGEST, known.wait * 2);
        known.due = now() + known.wait;
      }
      waiting.push({ page, value });
      if (kept > KEPT_MAX) forgetOldest();
      return known?.name;
    },
    get wants() {
      return waiting.length > 0;
    },
    takeAsked() {
      const asked: NamesAsked[] = [];
      for (let at = 0; at < waiting.length; at += NAMES_ASKED_MAX) {
        const byPage = Map.groupBy(waiting.slice(at, at + NAMES_ASKED_MAX), ({ page }) => page);
        for (const [{ kind, owner }, noted] of byPage) {
          asked.push({ kind, ...owner, values: noted.map(({ value }) => String(value)) });
        }
      }
      waiting = [];
      return asked;
    },
    learn(found) {
      let isNew = false;
      for (const { kind, pid, buildId, value: text, ...name } of found) {
        const page = pageOf(kind, pid ?? buildId);
        const value = BigInt(text);
        const known = page.names.get(value);
        if (known === undefined) kept++;
        const due = now() + (BELIEVED[kind] ?? Number.POSITIVE_INFINITY);
        const isSame = known?.name !== undefined && isSameName(known.name, name);
        page.names.set(value, { name: isSame ? known.name : name, due, wait: UNKNOWN_FIRST });
        isNew ||= !isSame;
      }
      if (kept > KEPT_MAX) forgetOldest();
      return isNew;
    },
    again({ kind, pid, buildId, values }) {
      const page = pageOf(kind, pid ?? buildId);
      for (const value of values) {
        const known = page.names.get(BigInt(value));
        if (known === undefined || known.name !== undefined) continue;
        page.names.delete(BigInt(value));
        kept--;
      }
    },
  };
}

function isOwned(kind: NameKind): boolean {
  return kind === 'user_symbol' || kind === 'file_symbol';
}

/** One value of a host has one key. */
export function nameKey(
  { kind, pid, buildId }: Pick<NamesAsked, 'kind' | 'pid' | 'buildId'>,
  value: string,
): string {
  return `${kind} ${pid ?? buildId ?? ''} ${value.replace(/^0+(?=\d)/, '')}`;
}

/** Questions one after the other in as few requests as hold them. */
export function packedRequests(asked: readonly NamesAsked[]): NamesAsked[][] {
  const requests: NamesAsked[][] = [];
  let room = 0;
  for (const one of asked) {
    if (one.values.length > room) {
      requests.push([]);
      room = NAMES_ASKED_MAX;
    }
    requests.at(-1)?.push(one);
    room -= one.values.length;
  }
  return requests;
}

function isSameName(a: Name, b: Name): boolean {
  return a.text === b.text && a.detail === b.detail && a.symbol === b.symbol && a.object === b.object;
}
