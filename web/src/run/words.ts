import type { EndReason, RunState, RunStatus } from '@probepad/protocol/control/run';

/** Why a run ended, in words that stand alone. */
export const REASON_WORDS: Record<EndReason, string> = {
  stopped: 'stopped',
  completed: 'completed',
  time_limit: 'time limit reached',
  event_limit: 'event limit reached',
  budget_exceeded: 'stopped: it cost the host more than its budget',
  lease_lost: 'ended: the host lost its hub',
  crashed: 'crashed',
  policy: "refused by the host's policy",
  compile_error: 'did not compile',
  verifier_rejected: 'rejected by the verifier',
  load_failed: 'failed to load',
  attach_failed: 'failed to attach',
  host_lost: 'ended: the host went away',
};

const GOOD_ENDS: readonly EndReason[] = ['stopped', 'completed', 'time_limit', 'event_limit'];

/** Whether this end is nothing to worry about. */
export function endedWell(reason: EndReason | undefined): boolean {
  return reason === undefined || GOOD_ENDS.includes(reason);
}

export interface Stage {
  name: string;
  /** Milliseconds, once known. */
  time: number | undefined;
  state: 'done' | 'now' | 'ahead' | 'failed';
}

const STAGES: { state: RunState; name: string; timing: 'compile' | 'load' | 'attach' | 'first_event' }[] = [
  { state: 'compiling', name: 'compile', timing: 'compile' },
  { state: 'loading', name: 'load', timing: 'load' },
  { state: 'attaching', name: 'attach', timing: 'attach' },
  { state: 'running', name: 'first event', timing: 'first_event' },
];

const FAILED_AT: Partial<Record<EndReason, RunState>> = {
  compile_error: 'compiling',
  verifier_rejected: 'loading',
  load_failed: 'loading',
  policy: 'loading',
  attach_failed: 'attaching',
};

/** The way from text to the first event, as far as this host has come. */
export function stagesOf(status: RunStatus): Stage[] {
  const failed = status.reason ? FAILED_AT[status.reason] : undefined;
  const at = STAGES.findIndex(({ state }) => state === (failed ?? status.state));
  const reached = at < 0 ? STAGES.length : at;
  return STAGES.map(({ name, timing }, index) => {
    const time = status.timing[timing];
    if (failed !== undefined && index === reached) return { name, time, state: 'failed' };
    if (time !== undefined && index <= reached) return { name, time, state: 'done' };
    if (index < reached)
      return { name, time, state: failed === undefined || index < reached ? 'done' : 'ahead' };
    return { name, time, state: index === reached ? 'now' : 'ahead' };
  });
}

const STARTING: readonly RunState[] = ['compiling', 'loading', 'attaching'];

/** Where a run that has not ended stands, over all its hosts: what most has come of it. */
export function standingOf(statuses: readonly RunStatus[]): 'starting' | 'running' | 'stopping' {
  const states = statuses.map(({ state }) => state);
  if (states.includes('running')) return 'running';
  const starting = states.some((state) => STARTING.includes(state));
  return !starting && states.includes('stopping') ? 'stopping' : 'starting';
}

/** Milliseconds with as many digits as matter. */
export function millisecondsText(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds >= 10 ? `${Math.round(milliseconds)} ms` : `${milliseconds.toFixed(1)} ms`;
}
