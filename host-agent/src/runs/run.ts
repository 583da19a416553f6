import type { EndReason, Probe, RunCounts, RunStatus, StreamSchema } from '@probepad/protocol/control/run';
import type { ProbepadError } from '@probepad/protocol/errors';
import { AGENT_QUEUE_MAX, RESUME_BUFFER } from '@probepad/protocol/limits';
import type { LoaderMessage } from '@probepad/protocol/loader';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { toldByText } from '../compile/schema/told-by-text.ts';
import { schemaOfObject } from '../compile/schema-of-object.ts';
import { diagnosticsOfVerifierLog } from '../compile/verifier.ts';
import { wantsProcesses } from '../names/wants-processes.ts';
import type { RawFrame } from '../sources/frame-reader.ts';
import { createOutbox, type Outbox } from '../sources/outbox.ts';
import { createSlabs } from '../sources/slabs.ts';
import { type Budget, budgetOf, watchBudget } from './budget.ts';
import { type Ending, endingOfExit, endingOfFailure, endingOfThrown } from './end-reason.ts';
import type { RunEnvironment } from './environment.ts';
import { type LoaderProcess, startLoader } from './loader-process.ts';
import { loaderSetupOf, loaderSpecOf } from './loader-spec.ts';
import { runCountsOf } from './run-counts.ts';
import { createRunRemarks } from './run-remarks.ts';
import { createStatusKeeper, errorOfReason } from './run-status.ts';
import type { Statistics } from './statistics.ts';
import { surroundings } from './surroundings.ts';
import { sweep } from './sweep.ts';
import { createWrites, type Writes } from './writes.ts';

export interface RunRequest {
  run: string;
  /** The number that its frames carry. */
  stream: number;
  /** Who asked, for the limits of the policy. */
  user: string;
  /** Id of this host in statuses. */
  host: string;
  probe: Probe;
  /** The compiled object, when another host compiled it. */
  object?: Promise<Uint8Array>;
}

/** What a run tells; frames are taken from its outbox. */
export interface RunListener {
  status(run: Run, status: RunStatus): void;
  schema(run: Run, schema: StreamSchema): void;
  counts(run: Run): void;
  /** The outbox has something to take. Called for every frame, so it has to be cheap. */
  data(run: Run): void;
}

/** How a run is to be stopped. */
export interface Stop {
  /** Milliseconds after which the loader has ended, by force at last; STOP_WITHIN unless told. */
  within?: number | undefined;
  /** What explains it, where more is known than the reason. */
  error?: ProbepadError;
}

export interface Run extends Writes {
  readonly id: string;
  readonly stream: number;
  readonly user: string;
  readonly status: RunStatus;
  readonly schema: StreamSchema | undefined;
  readonly outbox: Outbox;
  /** As of now; undefined before there is a schema. */
  counts(): RunCounts | undefined;
  /** Ends the run in order, or by force when that takes too long; later reasons than the first have no effect. */
  stop(reason: EndReason, how?: Stop): void;
  /** Whether counts carry the programs' run counts and times. */
  showPrograms(on: boolean): void;
  /** The loader's process id while there is one; for tests and logs. */
  readonly loaderPid: number | undefined;
  /** Resolves when the run has ended and the kernel is clean. */
  readonly ended: Promise<void>;
}

interface Built {
  object: Uint8Array;
  schema: ProbeSchema;
}

/**
 * The verifier walks a rejected program twice, the second time writing its text, and a second program for the same events may be
 * tried in its place. A walk of a million instructions can take a minute on a busy or emulated machine: longer, and it is stuck.
 */
const LOAD_TIMEOUT = 300_000;

/** Starts a run; everything that happens to it is told to `listener`. */
export function startRun(
  environment: RunEnvironment,
  statistics: Pick<Statistics, 'prepare' | 'meter' | 'unmeter'>,
  request: RunRequest,
  listener: RunListener,
): Run {
  const began = performance.now();
  const { probe, stream } = request;
  const { policy, log } = environment;
  const slabs = createSlabs();
  const outbox = createOutbox(RESUME_BUFFER, AGENT_QUEUE_MAX, slabs);
  const abort = new AbortController();
  let schema: ProbeSchema | undefined;
  let object: Uint8Array = new Uint8Array();
  let loader: LoaderProcess | undefined;
  let loaderCounts: Extract<LoaderMessage, { type: 'counts' }> | undefined;
  let showPrograms = false;
  let stopReason: EndReason | undefined;
  /** What explains it, where more is known than the reason. */
  let stopError: ProbepadError | undefined;
  let programIds: number[] = [];
  let budget: Budget | undefined;
  let ending: Ending | undefined;
  let rejected = false;
  let broken: string | undefined;
  let events = 0;
  let timer: NodeJS.Timeout | undefined;
  let unwatchProcesses: (() => void) | undefined;

  const status = createStatusKeeper(
    {
      run: request.run,
      host: request.host,
      stream,
      state: 'compiling',
      diagnostics: [],
      programs: [],
      timing: {},
      remarks: [],
      started: Date.now(),
    },
    (current) => listener.status(run, current),
  );
  const remarks = createRunRemarks(status);

  function stop(reason: EndReason, { within, error }: Stop = {}): void {
    if (stopReason !== undefined || status.current.state === 'ended') return;
    stopReason = reason;
    stopError = error;
    status.advance('stopping');
    abort.abort();
    loader?.stop(within);
  }

  function setTimer(milliseconds: number, act: () => void): void {
    clearTimeout(timer);
    timer = milliseconds > 0 ? setTimeout(act, milliseconds) : undefined;
  }

  function timeLimit(): number {
    const limits = [probe.limits.seconds, policy.seconds].filter((seconds) => seconds > 0);
    return limits.length === 0 ? 0 : Math.min(...limits, 2 ** 31 / 1000 - 1) * 1000;
  }

  /** The object and its schema, compiled here or sent by the hub. */
  async function build(): Promise<Built | Ending> {
    if (request.object !== undefined) {
      const sent = await request.object;
      return { object: sent, schema: toldByText(schemaOfObject(sent), probe.files, () => undefined) };
    }
    const compiled = await environment.compiler.compile(probe, abort.signal);
    status.update(({ timing }) => ({
      diagnostics: compiled.diagnostics,
      timing: { ...timing, compile: compiled.milliseconds },
    }));
    return compiled.ok ? compiled : { reason: 'compile_error', error: compiled.error };
  }

  function announce(built: ProbeSchema): void {
    const found = { ...built, settings: probe.params };
    schema = found;
    status.update(() => ({
      programs: found.programs.map((program) => ({
        name: program.name,
        state: 'waiting' as const,
        target: '',
        detail: '',
      })),
    }));
    listener.schema(run, { stream, schema: found });
  }

  function onFrame(frame: RawFrame): void {
    const { kind, count } = frame.header;
    outbox.push(frame);
    listener.data(run);
    if (count === 0 || (kind !== 'events' && kind !== 'trace')) return;
    if (status.current.timing.first_event === undefined) {
      const first_event = performance.now() - began;
      status.update(({ timing }) => ({ timing: { ...timing, first_event } }));
    }
    events += count;
    if (probe.limits.events > 0 && events >= probe.limits.events) stop('event_limit');
  }

  function onMessage(message: LoaderMessage): void {
    switch (message.type) {
      case 'remark':
        remarks.add(message.text);
        break;
      case 'loaded':
        programIds = message.programs.map(({ id }) => id);
        environment.nameMaps?.(message.maps);
        status.update(({ timing }) => ({ timing: { ...timing, load: message.milliseconds } }));
        status.advance('attaching');
        break;
      case 'program':
        status.program(message.name, {
          state: message.state,
          target: message.target,
          detail: message.detail,
        });
        break;
      case 'running':
        status.update(({ timing }) => ({
          // Both count from when the loader had the object.
          timing: { ...timing, attach: Math.max(0, message.milliseconds - (timing.load ?? 0)) },
          clockOffset: (BigInt(message.realtime_ns) - BigInt(message.monotonic_ns)).toString(),
        }));
        status.advance('running');
        setTimer(timeLimit(), () => stop('time_limit'));
        budget = watchBudget(
          statistics,
          request.run,
          { programs: programIds, loaderPid: loader?.pid ?? 0 },
          budgetOf(probe.limits.cpus, policy.cpus),
          (error) => stop('budget_exceeded', { error }),
          remarks.budget,
        );
        break;
      case 'verifier_log':
        rejected = true;
        status.update(({ diagnostics }) => ({
          diagnostics: [
            ...diagnostics,
            ...diagnosticsOfVerifierLog(message.log, message.program, object, probe.files),
          ],
        }));
        break;
      case 'counts':
        loaderCounts = message;
        listener.counts(run);
        break;
      case 'failed':
        ending ??= endingOfFailure(message, rejected, policy.memory);
        break;
      case 'ended':
        ending ??= { reason: message.reason === 'completed' ? 'completed' : (stopReason ?? 'stopped') };
        break;
    }
  }

  async function supervise(started: LoaderProcess, built: Built): Promise<Ending> {
    const spec = loaderSpecOf({
      stream,
      objectSize: built.object.byteLength,
      schema: built.schema,
      probe,
      policy,
      surroundings: surroundings(policy),
    });
    remarks.ofSchema(built.schema, probe.attach);
    object = built.object;
    setTimer(LOAD_TIMEOUT, () => {
      broken ??= `still loading after ${LOAD_TIMEOUT / 1000} s`;
      started.kill();
    });
    started.load(spec, object);
    const exit = await started.exited;
    const orderly = ending !== undefined && exit.code !== null && broken === undefined;
    if (!orderly) await sweep(environment.loaderPath, log);
    // A loader that had to be killed while it was being stopped did stop.
    if (ending === undefined && stopReason !== undefined && broken === undefined)
      return { reason: stopReason };
    return ending ?? endingOfExit(exit, broken);
  }

  /** Whoever traces starts of processes shall see its own machine's, not those of our helpers: they are there before it attaches. */
  function startHelpers(built: ProbeSchema): void {
    statistics.prepare(request.run);
    if (wantsProcesses(built)) unwatchProcesses = environment.watchProcesses?.();
  }

  function wasStopped(): boolean {
    return stopReason !== undefined;
  }

  /** Its loader sets up what it can while the compiler works. */
  async function go(): Promise<Ending> {
    const started = await startLoader(
      environment.loaderPath,
      loaderSetupOf(probe, policy, environment.identity),
      slabs,
      {
        message: onMessage,
        frame: onFrame,
        broken: (reason) => {
          broken ??= reason;
        },
      },
      log,
    );
    loader = started;
    try {
      const built = await build();
      if (stopReason !== undefined) return { reason: stopReason };
      if ('reason' in built) return built;
      announce(built.schema);
      // Whoever is told of the schema may find that it is of no use.
      if (wasStopped()) return { reason: stopReason ?? 'stopped' };
      status.advance('loading');
      startHelpers(built.schema);
      return await supervise(started, built);
    } finally {
      // Without orders it is still waiting.
      started.stop();
      await started.exited;
    }
  }

  const { write, put } = createWrites(() =>
    status.current.state === 'running' && loader && schema ? { loader, schema } : undefined,
  );

  const run: Run = {
    id: request.run,
    stream,
    user: request.user,
    get status() {
      return status.current;
    },
    get schema() {
      return schema === undefined ? undefined : { stream, schema };
    },
    outbox,
    counts: () =>
      schema === undefined
        ? undefined
        : runCountsOf(stream, schema, outbox.counts(), {
            loader: loaderCounts,
            showPrograms,
            cpus: budget?.cpus,
          }),
    stop,
    showPrograms(on) {
      showPrograms = on;
    },
    write,
    put,
    get loaderPid() {
      return loader?.pid;
    },
    ended: Promise.resolve()
      .then(go)
      .catch((thrown: unknown) => {
        if (stopReason !== undefined) return { reason: stopReason };
        const caught = endingOfThrown(thrown, status.current.state);
        if (caught.error?.code === 'internal') log(`run ${request.run}: ${describe(thrown)}`);
        return caught;
      })
      .then(({ reason, error }) => {
        clearTimeout(timer);
        unwatchProcesses?.();
        budget?.end();
        statistics.unmeter(request.run);
        loader = undefined;
        status.end(reason, error ?? stopError ?? errorOfReason(reason));
      }),
  };
  return run;
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
