import type { BrowserRequests, Run } from '@probepad/protocol/control/browser';
import type { ParamsOf } from '@probepad/protocol/control/envelope';
import type { Probe, RunStatus } from '@probepad/protocol/control/run';
import { type ErrorCode, errorOf, fail, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import { MESSAGE_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';
import { newId } from './auth/tokens.ts';
import type { Compiling } from './compiling.ts';
import type { Hosts } from './hosts.ts';
import type { LiveRun, LiveRuns } from './live-runs.ts';
import type { Store } from './store/store.ts';
import type { RunStream } from './stream.ts';
import { newTransfer } from './transfers.ts';

/** Starting, stopping and finding runs. */
export interface Runs {
  /** Starts on every named host at once; a host that can't is ended on its own. @throws ProbepadFailure */
  start(params: ParamsOf<typeof BrowserRequests, 'run.start'>, user: string): Promise<Run>;
  /** A host that is away is told when it comes back. */
  stop(run: string, hosts: string[] | undefined, user: string): Promise<void>;
  write(params: ParamsOf<typeof BrowserRequests, 'run.write'>, user: string): Promise<void>;
  put(params: ParamsOf<typeof BrowserRequests, 'run.put'>, user: string): Promise<void>;
  /** The newest first, as many as fit a message. */
  list(): Promise<Run[]>;
}

type EndReason = NonNullable<RunStatus['reason']>;

/** How a run that could not be started ended, by what the agent or the hub said. */
const REASON_BY_CODE: Partial<Record<ErrorCode, EndReason>> = {
  host_offline: 'host_lost',
  host_busy: 'policy',
  policy_denied: 'policy',
  no_compiler: 'compile_error',
  no_box: 'compile_error',
  bad_file_name: 'compile_error',
  bad_flag: 'compile_error',
  source_too_large: 'compile_error',
  compile_failed: 'compile_error',
  compile_timeout: 'compile_error',
  compile_output_too_large: 'compile_error',
  compile_crashed: 'compile_error',
  bad_object: 'compile_error',
  verifier_rejected: 'verifier_rejected',
  no_btf: 'load_failed',
  no_privilege: 'load_failed',
  load_failed: 'load_failed',
  bad_param: 'load_failed',
  no_memory_limit: 'load_failed',
  out_of_memory: 'load_failed',
  attach_failed: 'attach_failed',
  target_absent: 'attach_failed',
  target_needed: 'attach_failed',
  bad_target: 'attach_failed',
};

/** Runs that a list shows at most, and how many are read at once: each may hold half a MiB of source. */
const LIST_MAX = 100;
const LIST_PAGE = 10;

/** @throws ProbepadFailure source_too_large */
export function checkSize(files: Probe['files']): void {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes > SNIPPET_MAX)
    fail('source_too_large', `reading ${bytes} bytes of source`, { limit: SNIPPET_MAX });
}

export async function runsOf(
  store: Store,
  hosts: Hosts,
  live: LiveRuns,
  compiling: Compiling,
): Promise<Runs> {
  let lastStream = await store.runs.lastStream();

  function endWith(status: RunStatus, error: ProbepadError, more: Partial<RunStatus> = {}): void {
    const reason = REASON_BY_CODE[error.code] ?? 'crashed';
    live.update({ ...status, ...more, state: 'ended', reason, error }, 'hub');
  }

  async function startOn(stream: RunStream, probe: Probe, user: string, again = false): Promise<void> {
    const { status } = stream;
    let asked = false;
    try {
      let agent = hosts.connected(status.host);
      const params = { run: status.run, stream: status.stream, user, probe };
      if (hosts.find(status.host)?.facts?.clang !== '') {
        asked = true;
        await agent.request('run.start', params);
        return;
      }
      stream.compiledElsewhere = true;
      const compiled = await compiling.objectFor(status.host, probe).finally(() => {
        stream.compiledElsewhere = false;
      });
      // Stopped, or given up because its host was away for too long.
      if (stream.stopWanted || stream.status.state === 'ended') return;
      if (compiled.object === undefined) {
        const { diagnostics } = compiled.result;
        endWith(status, probepadError('compile_failed', 'compiling the program'), { diagnostics });
        return;
      }
      // The host may have come back by another connection meanwhile.
      agent = hosts.connected(status.host);
      const transfer = newTransfer();
      asked = true;
      const started = agent.request('run.start', {
        ...params,
        object: { transfer, bytes: compiled.object.byteLength },
      });
      agent.sendFile(transfer, compiled.object);
      await started;
    } catch (error) {
      // A connection that ended is no answer: the agent may come back with the run, or without having heard of it. `recovery` knows then.
      if (asked && errorOf(error).code === 'host_offline') {
        // Once: it may have been the run that broke it.
        if (!again) stream.askAgain = () => void startOn(stream, probe, user, true);
        return;
      }
      endWith(stream.status, errorOf(error));
    }
  }

  async function stopOn(stream: RunStream, user: string): Promise<void> {
    if (stream.status.state === 'ended') return;
    const { host, run } = stream;
    await store.audit.append({ user, action: 'run.stopped', host, run });
    stream.stopWanted = true;
    if (stream.compiledElsewhere) {
      live.update({ ...stream.status, state: 'ended', reason: 'stopped' }, 'hub');
      return;
    }
    try {
      await hosts.connected(host).request('run.stop', { run });
    } catch (error) {
      if (errorOf(error).code !== 'host_offline') throw error;
      // `recovery` stops it when the host comes back; if it doesn't, the run ends with the lease.
      live.update({ ...stream.status, state: 'stopping' }, 'hub');
    }
  }

  /** @throws ProbepadFailure not_found */
  function liveRun(run: string): LiveRun {
    return live.find(run) ?? fail('not_found', `looking for run ${run.slice(0, 64)}`);
  }

  /** The hosts where it runs, of those that are wanted: of all where none are named. */
  function goingOn(run: string, wanted: readonly string[] | undefined): string[] {
    return [...liveRun(run).streams.values()]
      .filter(({ status, host }) => status.state === 'running' && (wanted?.includes(host) ?? true))
      .map(({ host }) => host);
  }

  return {
    async start({ hosts: wanted, name, probe, snippet }, user) {
      checkSize(probe.files);
      const ids = [...new Set(wanted)];
      for (const id of ids) {
        if (hosts.find(id) === undefined) fail('not_found', `looking for host ${id.slice(0, 64)}`);
      }
      const started = Date.now();
      const id = newId();
      const statuses = ids.map(
        (host): RunStatus => ({
          run: id,
          host,
          stream: ++lastStream,
          state: 'compiling',
          diagnostics: [],
          programs: [],
          timing: {},
          remarks: [],
          started,
        }),
      );
      const run: Run = { id, name, probe, ...(snippet !== undefined && { snippet }), started, statuses };
      // Kept before any host hears of it: a hub that ends now finds the run when it starts again.
      await store.runs.add(run, user);
      for (const { host } of statuses) {
        await store.audit.append({ user, action: 'run.started', host, run: id, detail: { name } });
      }
      const { streams } = live.add(run, false);
      const asStarted = { ...run, statuses };
      for (const stream of streams.values()) void startOn(stream, probe, user);
      return asStarted;
    },
    async stop(run, wanted, user) {
      const { streams } = liveRun(run);
      const chosen = [...streams.values()].filter((one) => wanted?.includes(one.host) ?? true);
      await Promise.all(chosen.map((stream) => stopOn(stream, user)));
    },
    async put({ run, hosts: wanted, source, key, value }, user) {
      const going = goingOn(run, wanted);
      if (going.length === 0) fail('run_ended', `putting an entry into ${source}`);
      await Promise.all(
        going.map(async (host) => {
          await store.audit.append({ user, action: 'run.put', host, run, detail: { source, key, value } });
          await hosts.connected(host).request('run.put', { run, source, key, value });
        }),
      );
    },
    async write({ run, hosts: wanted, source, offset, bytes }, user) {
      const going = goingOn(run, wanted);
      if (going.length === 0) fail('run_ended', `writing ${source}`);
      await Promise.all(
        going.map(async (host) => {
          await store.audit.append({
            user,
            action: 'run.written',
            host,
            run,
            detail: { source, offset, bytes },
          });
          await hosts.connected(host).request('run.write', { run, source, offset, bytes });
        }),
      );
    },
    async list() {
      const fitting: Run[] = [];
      let bytes = 0;
      while (fitting.length < LIST_MAX) {
        const page = await store.runs.list(LIST_PAGE, fitting.length);
        for (const stored of page) {
          const run = live.find(stored.id)?.run ?? stored;
          const short = { ...run, statuses: run.statuses.map(shortStatus) };
          bytes += Buffer.byteLength(JSON.stringify(short));
          if (bytes > MESSAGE_MAX / 2 && fitting.length > 0) return fitting;
          fitting.push(short);
        }
        if (page.length < LIST_PAGE) break;
      }
      return fitting;
    },
  };
}

/** The status as a list of runs needs it. */
export function shortStatus(status: RunStatus): RunStatus {
  return { ...status, diagnostics: [], programs: [], remarks: [] };
}
