import { readFile } from 'node:fs/promises';
import { type AgentEvent, type AgentMethod, AgentRequests } from '@probepad/protocol/control/agent';
import type { ParamsOf, ResultOf } from '@probepad/protocol/control/envelope';
import { fail, ProbepadFailure } from '@probepad/protocol/errors';
import type { Names } from '../names/names.ts';
import type { ProbeCompiler } from '../runs/environment.ts';
import type { RunTable } from '../runs/run-table.ts';
import type { Terminals } from '../terminal/terminals.ts';
import { blobMessages, type Incomings } from './blobs.ts';
import type { Feed } from './feed.ts';

/** What requests of the hub are answered with. */
export interface Machine {
  table: RunTable;
  compiler: ProbeCompiler & { header(): Promise<string> };
  terminals: Terminals;
  names: Pick<Names, 'resolve'>;
}

/** What of the connection the requests need. */
export interface RequestContext extends Machine {
  feed: Feed;
  incomings: Incomings;
  /** Id of this host, from the hub's welcome. */
  host: string;
  sendData(message: Uint8Array): void;
  sendEvent(event: AgentEvent): void;
}

type Handlers = {
  [M in AgentMethod]: (
    params: ParamsOf<typeof AgentRequests, M>,
    context: RequestContext,
  ) => ResultOf<typeof AgentRequests, M> | Promise<ResultOf<typeof AgentRequests, M>>;
};

const HANDLERS: Handlers = {
  async compile({ probe, transfer }, { compiler, sendData }) {
    const compiled = await compiler.compile(probe);
    const { diagnostics, cached, milliseconds } = compiled;
    if (!compiled.ok) {
      // What clang says is a result; that there is no clang is an error.
      if (diagnostics.length === 0) throw new ProbepadFailure(compiled.error);
      return { ok: false, diagnostics, cached, milliseconds };
    }
    if (transfer !== undefined)
      for (const message of blobMessages(transfer, compiled.object)) sendData(message);
    return { ok: true, diagnostics, cached, milliseconds, schema: compiled.schema, object: compiled.hash };
  },
  'run.start'({ run, stream, user, probe, object }, { table, feed, incomings, host, sendEvent }) {
    const file = object === undefined ? undefined : incomings.file(object.transfer, object.bytes);
    // A run that is refused, or stopped before it needs the object, never waits for it.
    file?.catch(() => {});
    // The hub never heard of it, but it has been: it may have been what broke the connection.
    const status = table.ending(run);
    if (status !== undefined) {
      sendEvent({ type: 'run.status', status });
      return {};
    }
    const started = table.start({
      run,
      stream,
      user,
      host,
      probe,
      ...(file === undefined ? {} : { object: file }),
    });
    feed.add(started);
    return {};
  },
  'run.stop'({ run }, { table, feed }) {
    const found = table.require(run);
    feed.release(found);
    found.stop('stopped');
    return {};
  },
  'run.resume'({ run, received }, { table, feed }) {
    const wanted = new Map(received.map(({ source, seq }) => [source, ordinal(seq)]));
    feed.resume(table.require(run), wanted);
    return {};
  },
  'run.statistics'({ run, on }, { table }) {
    table.statistics(run, on);
    return {};
  },
  'run.put'({ run, source, key, value }, { table }) {
    table.require(run).put(source, key, value);
    return {};
  },
  'run.write'({ run, source, offset, bytes }, { table }) {
    table.require(run).write(source, offset, bytes);
    return {};
  },
  'names.resolve': ({ asked }, { names }) => names.resolve(asked),
  'cost.measure'({ measurement, user, probe }, { table, host }) {
    return table.measure({ run: costRun(measurement), stream: 0, user, host, probe });
  },
  'cost.end'({ measurement }, { table }) {
    table.endMeasurement(costRun(measurement));
    return {};
  },
  async 'header.get'({ transfer }, { compiler, sendData }) {
    const header = await readFile(await compiler.header());
    for (const message of blobMessages(transfer, header)) sendData(message);
    return { bytes: header.byteLength };
  },
  'terminal.open'({ terminal, columns, rows }, { terminals }) {
    terminals.open(terminal, columns, rows);
    return { terminal };
  },
  'terminal.input'({ terminal, data }, { terminals }) {
    terminals.input(terminal, data);
    return {};
  },
  'terminal.resize'({ terminal, columns, rows }, { terminals }) {
    terminals.resize(terminal, columns, rows);
    return {};
  },
  'terminal.ack'({ terminal, bytes }, { terminals }) {
    terminals.acknowledge(terminal, bytes);
    return {};
  },
  'terminal.close'({ terminal }, { terminals }) {
    terminals.close(terminal);
    return {};
  },
};

/** Its runs are told apart from those that people start. */
function costRun(measurement: string): string {
  return `cost-${measurement}`;
}

function ordinal(text: string): bigint {
  return /^\d{1,20}$/.test(text)
    ? BigInt(text)
    : fail('bad_message', `reading the ordinal "${text.slice(0, 40)}"`);
}

function isMethod(method: string): method is AgentMethod {
  return Object.hasOwn(AgentRequests, method);
}

/**
 * Validates and answers one request of the hub.
 * @throws ProbepadFailure, or anything else for a defect
 */
export async function answer(method: string, params: unknown, context: RequestContext): Promise<unknown> {
  if (!isMethod(method))
    return fail('bad_message', `answering ${method.slice(0, 40)}: there is no such request`);
  const parsed = AgentRequests[method].params.safeParse(params);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail('bad_message', `reading ${method}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
  }
  const handler = HANDLERS[method] as (params: unknown, context: RequestContext) => unknown;
  return handler(parsed.data, context);
}
