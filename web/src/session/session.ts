import type { BrowserEvent } from '@probepad/protocol/control/browser';
import type { RunStatus } from '@probepad/protocol/control/run';
import { ProbepadFailure, probepadError } from '@probepad/protocol/errors';
import {
  type Connection,
  type ConnectionState,
  connect,
  type Method,
  type Params,
  type Result,
} from './connection.ts';
import type { Decoder } from './decoder.ts';
import { hostName, useSession } from './hosts.ts';
import { createNameAsker } from './names.ts';
import { takeSchema } from './record-types.ts';
import { refusalOf } from './refusal.ts';
import { putCounts, putSchema, putStatus, putWatched, useRuns } from './runs.ts';
import { emitTerminal } from './terminals.ts';
import { withOwnDrops } from './viewer-drops.ts';
import { useWorkspace } from './workspace.ts';

let connection: Connection | undefined;
let decoder: Decoder | undefined;

/** Connects this page to its hub through `worker`, where frames stay. Called once. */
export function startSession(url: string, worker: Decoder): () => void {
  decoder = worker;
  const asker = createNameAsker({
    whose: streamOf,
    request: (params) => request('names.resolve', params),
    named: worker.named,
  });
  worker.onUnnamed(asker.ask);
  connection = connect({
    url,
    onEvent: receive,
    socket: worker.socket,
    onState: (state: ConnectionState) => useSession.setState({ connection: state }),
    refusal: (abort) => refusalOf(url, abort),
  });
  return () => {
    connection?.close();
    connection = undefined;
  };
}

/** The decoder that this page's views ask. */
export function theDecoder(): Decoder {
  if (!decoder) throw new Error('the session has not been started');
  return decoder;
}

/** @throws ProbepadFailure */
export function request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
  if (!connection) {
    return Promise.reject(
      new ProbepadFailure(probepadError('internal', `${method}: not connected to the hub`)),
    );
  }
  return connection.request(method, params);
}

export function retryConnection(): void {
  connection?.retry();
}

function receive(event: BrowserEvent): void {
  switch (event.type) {
    case 'welcome':
      useSession.setState({ hub: event.hub, permissions: event.permissions, hosts: event.hosts });
      chooseLocalHost();
      void refreshCatalogue();
      void watchAgain();
      break;
    case 'hosts':
      useSession.setState({ hosts: event.hosts });
      chooseLocalHost();
      break;
    case 'run.status':
      if (!isShown(event.status.run)) break;
      putStatus(event.status);
      knowStream(event.status);
      if (event.status.clockOffset !== undefined)
        decoder?.clock(event.status.stream, event.status.clockOffset);
      break;
    case 'run.schema': {
      const { run, host, stream, schema } = event;
      if (!isShown(run)) break;
      const chosen = takeSchema(stream, run, host, schema);
      putSchema(run, host, chosen);
      const { hosts } = useSession.getState();
      const arch = hosts.find(({ id }) => id === host)?.facts?.arch;
      decoder?.open({ run, host, hostName: hostName(hosts, host), stream, schema: chosen, arch });
      const offset = useRuns.getState().runs[run]?.statuses[host]?.clockOffset;
      if (offset !== undefined) decoder?.clock(stream, offset);
      break;
    }
    case 'run.counts': {
      const { run, host, counts } = event;
      if (!isShown(run)) break;
      const schema = useRuns.getState().runs[run]?.schemas[host];
      const dropped = decoder?.dropped(counts.stream);
      const own = schema && dropped ? withOwnDrops(counts, schema, dropped) : counts;
      putCounts(run, host, own, performance.now());
      break;
    }
    case 'terminal.output':
    case 'terminal.exit':
      emitTerminal(event);
      break;
    case 'ping':
      break;
    default:
      event satisfies never;
  }
}

/** Whether a run is the one on screen, or may become it: the hub tells the state of everybody's. */
function isShown(run: string): boolean {
  return run === useWorkspace.getState().run || useRuns.getState().starting;
}

/** Whose a stream on screen is. */
function streamOf(stream: number): { run: string; host: string } | undefined {
  const { run = '' } = useWorkspace.getState();
  const statuses = Object.values(useRuns.getState().runs[run]?.statuses ?? {});
  const host = statuses.find((status) => status.stream === stream)?.host;
  return host === undefined ? undefined : { run, host };
}

/** Tells the decoder whose frames a stream holds. */
export function knowStream({ run, host, stream }: Pick<RunStatus, 'run' | 'host' | 'stream'>): void {
  decoder?.know({ run, host, stream, hostName: hostName(useSession.getState().hosts, host) });
}

/** A first visit needs no choice: the local host, else the only or first one online, is taken. */
function chooseLocalHost(): void {
  const { hosts } = useSession.getState();
  const known = useWorkspace.getState().hosts.filter((id) => hosts.some((host) => host.id === id));
  if (known.length > 0) {
    if (known.length !== useWorkspace.getState().hosts.length) useWorkspace.setState({ hosts: known });
    return;
  }
  const host =
    hosts.find((each) => each.local && each.online) ??
    hosts.find((each) => each.online) ??
    hosts.find((each) => each.local);
  if (host) useWorkspace.setState({ hosts: [host.id] });
}

/** Asks again for the templates and snippets. */
export async function refreshCatalogue(): Promise<void> {
  const [templates, snippets] = await Promise.allSettled([
    request('templates.list', {}),
    request('snippets.list', {}),
  ]);
  if (templates.status === 'fulfilled') useSession.setState({ templates: templates.value.templates });
  if (snippets.status === 'fulfilled') useSession.setState({ snippets: snippets.value.snippets });
}

/** After a reload or a reconnect: the run on screen goes on where it was. */
async function watchAgain(): Promise<void> {
  const { run } = useWorkspace.getState();
  if (run === undefined) return;
  try {
    const info = await request('run.watch', { run });
    if (useWorkspace.getState().run === run) putWatched(info);
    for (const status of info.statuses) knowStream(status);
  } catch (thrown) {
    if (thrown instanceof ProbepadFailure && thrown.error.code === 'not_found') {
      useWorkspace.setState({ run: undefined });
    }
  }
}
