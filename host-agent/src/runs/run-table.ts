import type { CostReport } from '@probepad/protocol/control/cost';
import type { EndReason, RunStatus } from '@probepad/protocol/control/run';
import { fail, type ProbepadError, ProbepadFailure, probepadError } from '@probepad/protocol/errors';
import { COST_MAX } from '@probepad/protocol/limits';
import { measureCost } from './cost.ts';
import type { RunEnvironment } from './environment.ts';
import { type Run, type RunListener, type RunRequest, startRun } from './run.ts';
import { createStatistics } from './statistics.ts';
import { startWorkload, type Workload } from './workload.ts';

/** The runs of this machine: those that go on, and those that ended and whose end is not reported yet. */
export interface RunTable {
  /** @throws ProbepadFailure `host_busy` when the policy allows no more, `bad_message` when the id is taken */
  start(request: RunRequest): Run;
  get(run: string): Run | undefined;
  /** @throws ProbepadFailure `not_found` */
  require(run: string): Run;
  all(): Run[];
  /** Forgets a run that has ended, but for how. */
  forget(run: string): void;
  /** How a run ended that is forgotten, of the last ENDINGS_KEPT. */
  ending(run: string): RunStatus | undefined;
  statistics(run: string, on: boolean): void;
  /**
   * Measures what the probe costs others by running it a few times, which takes some seconds. Those runs are nobody else's: their
   * records are thrown away. One measurement goes on at a time, for COST_MAX at most.
   * @throws ProbepadFailure `host_busy`, `over_budget` when that is not enough, `run_ended` by `endAll` or `endMeasurement`, or what keeps the probe from running
   */
  measure(request: RunRequest): Promise<CostReport>;
  /** Ends the measurement of that run's id, for nobody waits for it. */
  endMeasurement(run: string): void;
  /** Stops every run, as `Run.stop` does, and waits until the kernel is clean. */
  endAll(reason: EndReason, within?: number): Promise<void>;
  /** Ends what serves all runs; call it after `endAll`. */
  close(): void;
}

/** Runs that a hub may start again, because the connection broke before it heard of them. */
const ENDINGS_KEPT = 64;

const TOO_SLOW = 'measuring: the probe slows what it is measured by so much that it would take minutes';

/** @param measureMax milliseconds that one measurement may take */
export function createRunTable(
  environment: RunEnvironment,
  listener: RunListener,
  measureMax = COST_MAX,
): RunTable {
  const runs = new Map<string, Run>();
  const endings = new Map<string, RunStatus>();
  const statistics = createStatistics(environment.loaderPath, environment.log);
  /** The measurement that goes on, aborted when it shall not; and its run, while it has one. */
  let measuring: { run: string; abort: AbortController } | undefined;
  let measured: Run | undefined;

  function endMeasuring(why: ProbepadError, reason: EndReason, within?: number): void {
    measuring?.abort.abort(new ProbepadFailure(why));
    measured?.stop(reason, { within });
  }

  function going(): Run[] {
    return [...runs.values()].filter((run) => run.status.state !== 'ended');
  }

  function checkLimits(user: string): void {
    const { policy } = environment;
    const current = going();
    if (current.length >= policy.runs) {
      fail('host_busy', `starting a run: ${current.length} are going on`, { limit: policy.runs });
    }
    const own = current.filter((run) => run.user === user).length;
    if (own >= policy.runsPerUser) {
      fail('host_busy', `starting a run: ${own} of ${user} are going on`, {
        limit: `${policy.runsPerUser} (runsPerUser)`,
      });
    }
  }

  function require(id: string): Run {
    return runs.get(id) ?? fail('not_found', `looking for run ${id}: it is not on this host`);
  }

  return {
    start(request) {
      if (runs.has(request.run)) fail('bad_message', `starting run ${request.run}: it is here already`);
      checkLimits(request.user);
      const release = environment.compiler.hold();
      const run = startRun(environment, statistics, request, listener);
      runs.set(request.run, run);
      run.ended.then(() => {
        statistics.set(run.id, false);
        release();
      });
      return run;
    },
    get: (id) => runs.get(id),
    require,
    all: () => [...runs.values()],
    forget(id) {
      const status = runs.get(id)?.status;
      if (status?.state !== 'ended') return;
      runs.delete(id);
      endings.set(id, status);
      for (const oldest of endings.keys()) {
        if (endings.size <= ENDINGS_KEPT) break;
        endings.delete(oldest);
      }
    },
    ending: (id) => endings.get(id),
    statistics(id, on) {
      const run = require(id);
      if (run.status.state === 'ended') return;
      run.showPrograms(on);
      statistics.set(id, on);
    },
    async measure(request) {
      if (measuring !== undefined) fail('host_busy', 'measuring: another measurement goes on', { limit: 1 });
      checkLimits(request.user);
      const ours = new AbortController();
      const { signal } = ours;
      measuring = { run: request.run, abort: ours };
      const late = setTimeout(
        () => endMeasuring(probepadError('over_budget', TOO_SLOW), 'stopped'),
        measureMax,
      );
      let workload: Workload | undefined;
      const release = environment.compiler.hold();
      try {
        workload = await startWorkload(environment.loaderPath, environment.log);
        return await measureCost((listener) => {
          signal.throwIfAborted();
          measured = startRun(environment, statistics, request, listener);
          return measured;
        }, workload);
      } catch (error) {
        // That the run ended is no news to who ended it.
        signal.throwIfAborted();
        throw error;
      } finally {
        clearTimeout(late);
        release();
        workload?.end();
        measured = undefined;
        measuring = undefined;
      }
    },
    endMeasurement(run) {
      if (measuring?.run !== run) return;
      endMeasuring(probepadError('run_ended', 'measuring: whoever asked for it is gone'), 'stopped');
    },
    async endAll(reason, within) {
      const current = measured === undefined ? going() : [...going(), measured];
      endMeasuring(probepadError('run_ended', `measuring: all runs ended (${reason})`), reason, within);
      for (const run of current) run.stop(reason, { within });
      await Promise.all(current.map((run) => run.ended));
    },
    close: () => statistics.end(),
  };
}
