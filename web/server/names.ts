import type { BrowserRequests } from '@probepad/protocol/control/browser';
import type { ParamsOf, ResultOf } from '@probepad/protocol/control/envelope';
import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import { errorOf, fail } from '@probepad/protocol/errors';
import { nameKey } from '@probepad/protocol/values/name-book';
import type { Hosts } from './hosts.ts';
import type { LiveRuns } from './live-runs.ts';
import { type RateLimit, rateLimit } from './rate-limit.ts';
import type { RunStream, StreamViewer } from './stream.ts';

type Params = ParamsOf<typeof BrowserRequests, 'names.resolve'>;
type Result = ResultOf<typeof BrowserRequests, 'names.resolve'>;
type Found = NamesFound[number];

/** Names that hosts give, asked for once for all viewers of a run and kept as long as its frames. */
export interface Names {
  /** @throws ProbepadFailure not_found when the viewer does not watch the run on that host */
  resolve(params: Params, viewer: StreamViewer): Promise<Result>;
}

/** Names of one run on one host that are kept, the newest; and values that have none, which are asked for again after a while. */
const KEPT_MAX = 50_000;
const NONE_KEPT = 10_000;
/** Milliseconds that a name is believed: a process executes another program, and numbers and addresses are used again. */
const BELIEVED: Partial<Record<NamesAsked['kind'], number>> = { process: 5_000, user_symbol: 300_000 };
/** Values of one run on one host that its agent is asked for, a second and at once. */
const VALUES_PER_SECOND = 2_000;
const VALUES_BURST = 16_384;
/** Questions to one agent about one run that wait for their answers. A file of symbols may take it seconds. */
const OPEN_MAX = 8;

/** What is known of one stream's names. */
interface Book {
  names: Map<string, { found: Found | undefined; until: number }>;
  /** Questions under way, by value. */
  open: Map<string, Promise<void>>;
  requests: Set<Promise<void>>;
  limit: RateLimit;
}

export function namesOf(hosts: Hosts, live: LiveRuns, now: () => number = () => performance.now()): Names {
  const books = new WeakMap<RunStream, Book>();

  function bookOf(stream: RunStream): Book {
    let book = books.get(stream);
    if (book === undefined) {
      const limit = rateLimit(VALUES_PER_SECOND, VALUES_BURST, now);
      book = { names: new Map(), open: new Map(), requests: new Set(), limit };
      books.set(stream, book);
    }
    return book;
  }

  /** A name that was known stays when the host has forgotten it. */
  function keep({ names }: Book, key: string, found: Found | undefined): void {
    const kept = found ?? names.get(key)?.found;
    const time = found === undefined ? NONE_KEPT : (BELIEVED[found.kind] ?? Number.POSITIVE_INFINITY);
    names.delete(key);
    names.set(key, { found: kept, until: now() + time });
    for (const oldest of names.keys()) {
      if (names.size <= KEPT_MAX) break;
      names.delete(oldest);
    }
  }

  function isKnown({ names }: Book, key: string): boolean {
    return (names.get(key)?.until ?? 0) > now();
  }

  async function ask(stream: RunStream, book: Book, asked: NamesAsked[]): Promise<void> {
    const { names, more } = await hosts.connected(stream.host).request('names.resolve', { asked });
    const wanted = new Set(asked.flatMap(keysOf));
    for (const found of names) {
      const key = nameKey(found, found.value);
      // A host speaks for what it was asked only.
      if (wanted.delete(key)) keep(book, key, found);
    }
    if (more !== true) for (const key of wanted) keep(book, key, undefined);
  }

  /** Asks the host for what nobody knows and nobody has asked for, as far as the limits go. */
  function askMissing(stream: RunStream, book: Book, asked: readonly NamesAsked[]): void {
    if (book.requests.size >= OPEN_MAX) return;
    const missing: NamesAsked[] = [];
    for (const one of asked) {
      const left = [...new Set(one.values)].filter((value) => {
        const key = nameKey(one, value);
        return !isKnown(book, key) && !book.open.has(key) && book.limit.take();
      });
      if (left.length > 0) missing.push({ ...one, values: left });
    }
    if (missing.length === 0) return;
    const keys = missing.flatMap(keysOf);
    const request = ask(stream, book, missing)
      .catch((error: unknown) => {
        // A host that is away may come back; whoever wants the names asks again. What it told once stays.
        const away = errorOf(error).code === 'host_offline';
        for (const key of keys) if (!away || book.names.get(key)?.found) keep(book, key, undefined);
      })
      .finally(() => {
        for (const key of keys) book.open.delete(key);
        book.requests.delete(request);
      });
    book.requests.add(request);
    for (const key of keys) book.open.set(key, request);
  }

  return {
    async resolve({ run, host, asked }, viewer) {
      const stream = live.find(run)?.streams.get(host);
      if (stream === undefined || !stream.viewers.has(viewer)) {
        fail('not_found', `looking for names of run ${run.slice(0, 64)}: it is not watched on that host`);
      }
      const book = bookOf(stream);
      askMissing(stream, book, asked);
      const keys = asked.flatMap(keysOf);
      await Promise.all(new Set(keys.map((key) => book.open.get(key))));
      const names = [...new Set(keys)].flatMap((key) => book.names.get(key)?.found ?? []);
      return keys.every((key) => isKnown(book, key)) ? { names } : { names, more: true };
    },
  };
}

function keysOf(asked: NamesAsked): string[] {
  return asked.values.map((value) => nameKey(asked, value));
}
