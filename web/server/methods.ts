import { isDeepStrictEqual } from 'node:util';
import { type BrowserMethod, BrowserRequests } from '@probepad/protocol/control/browser';
import type { ParamsOf, ResultOf } from '@probepad/protocol/control/envelope';
import { mainFileOf, type SourceFile } from '@probepad/protocol/control/run';
import type { Snippet, Template } from '@probepad/protocol/control/snippet';
import { fail } from '@probepad/protocol/errors';
import { SNIPPET_FILES_MAX } from '@probepad/protocol/limits';
import { newId } from './auth/tokens.ts';
import type { Compiling } from './compiling.ts';
import type { Hosts } from './hosts.ts';
import type { LiveRun, LiveRuns } from './live-runs.ts';
import type { Names } from './names.ts';
import { isLoopback } from './origin.ts';
import { checkSize, type Runs } from './runs.ts';
import type { Identity } from './session.ts';
import type { Statistics } from './statistics.ts';
import type { Store } from './store/store.ts';
import type { TerminalOwner, Terminals } from './terminals.ts';
import type { Viewer } from './viewer.ts';

/** Who asks: one connection on `/ws`. */
export interface Caller extends TerminalOwner {
  readonly identity: Identity;
  readonly viewer: Viewer;
  /** Where agents reach this hub, as the caller's own address suggests: `ws://10.0.0.5:7878`. */
  readonly hubUrl: string;
  /** Aborted when the connection has ended. */
  readonly gone: AbortSignal;
}

/** A result, and what to do once the reply is on its way. */
export interface Outcome<T> {
  result: T;
  afterwards?: () => void;
}

type Handlers = {
  [M in BrowserMethod]: (
    params: ParamsOf<typeof BrowserRequests, M>,
    caller: Caller,
  ) => Promise<Outcome<ResultOf<typeof BrowserRequests, M>>>;
};

export interface MethodParts {
  hosts: Hosts;
  live: LiveRuns;
  runs: Runs;
  compiling: Compiling;
  names: Names;
  statistics: Statistics;
  terminals: Terminals;
  store: Store;
  templates: Template[];
}

/** Snippets that a list shows at most. */
const SNIPPETS_LISTED = 500;
const NOTHING = { result: {} };

/** What each request of a browser does. Permissions have been checked by then, parameters too. */
export function methodsOf(parts: MethodParts): Handlers {
  const { hosts, live, runs, compiling, names, statistics, terminals, store, templates } = parts;

  /** Without `author`, only what is saved may run, unchanged. */
  async function checkApproved(
    { probe, snippet }: ParamsOf<typeof BrowserRequests, 'run.start'>,
    identity: Identity,
  ): Promise<void> {
    if (identity.permissions.includes('author')) return;
    const saved = snippet === undefined ? undefined : await store.snippets.find(snippet.id, snippet.revision);
    const same =
      saved !== undefined &&
      sameProgram(saved.files, probe.files) &&
      isDeepStrictEqual(saved.settings.flags, probe.flags) &&
      isDeepStrictEqual(saved.settings.attach, probe.attach);
    if (!same) fail('forbidden', 'running a program that is not a saved snippet', { permission: 'author' });
  }

  async function saveSnippet(params: ParamsOf<typeof BrowserRequests, 'snippets.save'>): Promise<Snippet> {
    checkSize(params.files);
    if (params.files.length === 0 || params.files.length > SNIPPET_FILES_MAX) {
      fail('bad_message', `saving a snippet of ${params.files.length} files`);
    }
    const id = params.id ?? newId();
    const newest = await store.snippets.find(id);
    if (params.id !== undefined && newest === undefined)
      fail('not_found', `saving snippet ${id.slice(0, 64)}`);
    const { name, files, settings } = params;
    const snippet = { id, revision: (newest?.revision ?? 0) + 1, name, files, settings, saved: Date.now() };
    // Of two who save at once, the later gets the next number.
    return (await store.snippets.add(snippet)) ?? saveSnippet({ ...params, id });
  }

  return {
    async 'hosts.invite'({ name }, { identity, hubUrl }) {
      const invited = await hosts.invite(name, identity.user);
      // Outside a checkout npx would look for the name in the public registry, where it is not ours.
      const command = `npx --no-install probepad agent --hub ${hubUrl} --join ${invited.token}`;
      return { result: { ...invited, command, loopback: isLoopback(new URL(hubUrl).host) } };
    },
    async 'hosts.revoke'({ host }, { identity }) {
      await hosts.revoke(host, identity.user);
      return NOTHING;
    },
    async compile({ host, probe }) {
      checkSize(probe.files);
      return { result: await compiling.compile(host, probe) };
    },
    async 'run.start'(params, { identity }) {
      await checkApproved(params, identity);
      return { result: await runs.start(params, identity.user) };
    },
    async 'run.stop'({ run, hosts: wanted }, { identity }) {
      await runs.stop(run, wanted, identity.user);
      return NOTHING;
    },
    async 'run.watch'({ run }, { viewer, send }) {
      const going = live.find(run);
      if (going !== undefined) return watchLive(going, viewer);
      const stored = await store.runs.find(run);
      if (stored === undefined) fail('not_found', `looking for run ${run.slice(0, 64)}`);
      const schemas = await store.runs.schemas(run);
      // Its frames are forgotten; what it was and how it ended are not.
      const afterwards = () => {
        for (const [stream, { host, schema }] of schemas) {
          send({ type: 'run.schema', run, host, stream, schema });
        }
      };
      return { result: stored, afterwards };
    },
    async 'run.unwatch'({ run }, { viewer }) {
      const going = live.find(run);
      if (going !== undefined) {
        viewer.unwatch(going);
        statistics.set(viewer, run, false);
      }
      return NOTHING;
    },
    async 'run.statistics'({ run, on }, { viewer }) {
      if (live.find(run) === undefined) fail('not_found', `looking for run ${run.slice(0, 64)}`);
      statistics.set(viewer, run, on);
      return NOTHING;
    },
    async 'run.put'(params, { identity }) {
      await runs.put(params, identity.user);
      return NOTHING;
    },
    async 'run.write'(params, { identity }) {
      await runs.write(params, identity.user);
      return NOTHING;
    },
    async 'names.resolve'(params, { viewer }) {
      return { result: await names.resolve(params, viewer) };
    },
    async 'cost.measure'({ host, probe }, { identity: { user }, gone }) {
      checkSize(probe.files);
      await store.audit.append({ user, action: 'cost.measured', host });
      const measurement = newId();
      const agent = hosts.connected(host);
      // It loads the host, and others wait for their turn. An agent that is away ends it by itself.
      const end = () => void agent.request('cost.end', { measurement }).catch(() => {});
      // Who went while that was written down is not told of by an event.
      gone.throwIfAborted();
      gone.addEventListener('abort', end);
      try {
        return { result: await agent.request('cost.measure', { measurement, user, probe }) };
      } finally {
        gone.removeEventListener('abort', end);
      }
    },
    async 'runs.list'() {
      return { result: { runs: await runs.list() } };
    },
    async 'snippets.save'(params) {
      return { result: await saveSnippet(params) };
    },
    async 'snippets.get'({ id, revision }) {
      const snippet = await store.snippets.find(id, revision);
      return { result: snippet ?? fail('not_found', `looking for snippet ${id.slice(0, 64)}`) };
    },
    async 'snippets.list'() {
      return { result: { snippets: await store.snippets.list(SNIPPETS_LISTED) } };
    },
    async 'templates.list'() {
      return { result: { templates } };
    },
    async 'terminal.open'({ host, columns, rows }, caller) {
      return { result: { terminal: await terminals.open(caller, host, columns, rows) } };
    },
    async 'terminal.input'({ terminal, data }, caller) {
      await terminals.input(caller, terminal, data);
      return NOTHING;
    },
    async 'terminal.resize'({ terminal, columns, rows }, caller) {
      await terminals.resize(caller, terminal, columns, rows);
      return NOTHING;
    },
    async 'terminal.ack'({ terminal, bytes }, caller) {
      await terminals.acknowledge(caller, terminal, bytes);
      return NOTHING;
    },
    async 'terminal.close'({ terminal }, caller) {
      await terminals.close(caller, terminal);
      return NOTHING;
    },
  };
}

function watchLive(going: LiveRun, viewer: Viewer): Outcome<LiveRun['run']> {
  const statuses = [...going.streams.values()].map(({ status }) => status);
  const afterwards = () => {
    viewer.watch(going);
    // One that changed while the reply was on its way was told in short.
    for (const { status } of going.streams.values()) if (!statuses.includes(status)) viewer.status(status);
  };
  return { result: { ...going.run, statuses }, afterwards };
}

/** Whether the same file is compiled, and the others that it may include are the same; in which order those come means nothing. */
function sameProgram(saved: readonly SourceFile[], given: readonly SourceFile[]): boolean {
  const byName = (files: readonly SourceFile[]) =>
    files.toSorted((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
  return (
    mainFileOf(saved)?.name === mainFileOf(given)?.name && isDeepStrictEqual(byName(saved), byName(given))
  );
}

/** The method of that name, if there is one. */
export function methodNamed(name: string): BrowserMethod | undefined {
  return Object.hasOwn(BrowserRequests, name) ? (name as BrowserMethod) : undefined;
}
