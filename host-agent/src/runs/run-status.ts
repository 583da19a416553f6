import type { EndReason, ProgramStatus, RunState, RunStatus } from '@probepad/protocol/control/run';
import { type ProbepadError, probepadError } from '@probepad/protocol/errors';

/** Where each state may lead. A run that fails early goes straight to `ended`. */
const NEXT: Record<RunState, readonly RunState[]> = {
  compiling: ['loading', 'stopping', 'ended'],
  loading: ['attaching', 'stopping', 'ended'],
  attaching: ['running', 'stopping', 'ended'],
  running: ['stopping', 'ended'],
  stopping: ['ended'],
  ended: [],
};

/** The one place where a run's status changes; every change is published as the whole of what is known. */
export interface StatusKeeper {
  readonly current: RunStatus;
  /** Goes on to `state`; ignored when the run is past it already (a stop may overtake the loader's messages). */
  advance(state: RunState): void;
  update(change: (status: RunStatus) => Partial<RunStatus>): void;
  program(name: string, change: Partial<ProgramStatus>): void;
  end(reason: EndReason, error?: ProbepadError): void;
}

/** @param publish called once for all changes that are made in one turn of the event loop */
export function createStatusKeeper(initial: RunStatus, publish: (status: RunStatus) => void): StatusKeeper {
  let current = initial;
  let scheduled = false;

  function change(next: RunStatus): void {
    current = next;
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      publish(current);
    });
  }

  change(initial);
  return {
    get current() {
      return current;
    },
    advance(state) {
      if (NEXT[current.state].includes(state)) change({ ...current, state });
    },
    update(make) {
      change({ ...current, ...make(current) });
    },
    program(name, changes) {
      const programs = current.programs.map((program) =>
        program.name === name ? { ...program, ...changes } : program,
      );
      change({ ...current, programs });
    },
    end(reason, error) {
      if (current.state === 'ended') return;
      change({
        ...current,
        state: 'ended',
        reason,
        ...(error === undefined ? {} : { error }),
        ended: Date.now(),
      });
    },
  };
}

/** The error that goes with a reason that a hub or host decided on, where one explains it. */
export function errorOfReason(reason: EndReason): ProbepadError | undefined {
  return reason === 'lease_lost'
    ? probepadError('lease_lost', 'waiting for the hub: the lease ran out')
    : undefined;
}
