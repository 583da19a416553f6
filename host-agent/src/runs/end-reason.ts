import type { EndReason, RunState } from '@probepad/protocol/control/run';
import { errorOf, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import type { LoaderMessage } from '@probepad/protocol/loader';
import type { ChildExit } from '../exec/launch.ts';

export interface Ending {
  reason: EndReason;
  error?: ProbepadError;
}

type Failed = Extract<LoaderMessage, { type: 'failed' }>;

const ENOMEM = 12;
const EPERM = 1;
const EACCES = 13;

/** Why a run ended whose loader said `failed`. */
export function endingOfFailure(failed: Failed, verifierRejected: boolean, memoryLimit: number): Ending {
  const object = failed.object === '' ? '' : ` ${failed.object}`;
  const message = `${GERUNDS[failed.stage]}${object}: ${failed.message}`;
  if (failed.stage === 'policy') {
    return { reason: 'policy', error: probepadError('policy_denied', message, { what: failed.message }) };
  }
  if (failed.stage === 'limit') {
    return { reason: 'load_failed', error: probepadError('no_memory_limit', message) };
  }
  if (failed.stage === 'target') {
    return { reason: 'attach_failed', error: probepadError('target_absent', message) };
  }
  if (verifierRejected) {
    return {
      reason: 'verifier_rejected',
      error: probepadError('verifier_rejected', message, { program: failed.object }),
    };
  }
  if (failed.errno === ENOMEM && failed.stage !== 'attach') {
    return {
      reason: 'budget_exceeded',
      error: probepadError('out_of_memory', message, { limit: memoryLimit }),
    };
  }
  const denied = failed.errno === EPERM || (failed.errno === EACCES && failed.stage !== 'load');
  if (denied && failed.stage !== 'stream') {
    const error = probepadError('no_privilege', message, {
      missing: 'CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN, CAP_SYS_ADMIN',
    });
    return { reason: failed.stage === 'attach' ? 'attach_failed' : 'load_failed', error };
  }
  switch (failed.stage) {
    case 'attach':
      return {
        reason: 'attach_failed',
        error: probepadError('attach_failed', message, { reason: failed.message }),
      };
    case 'stream':
      return {
        reason: 'crashed',
        error: probepadError('loader_crashed', message, { reason: failed.message }),
      };
    case 'spec':
      return { reason: 'load_failed', error: probepadError('internal', message) };
    case 'open':
      return {
        reason: 'load_failed',
        error: probepadError('bad_object', message, { reason: failed.message }),
      };
    case 'load':
      return {
        reason: 'load_failed',
        error: probepadError('load_failed', message, { reason: failed.message }),
      };
  }
}

const GERUNDS: Record<Failed['stage'], string> = {
  spec: 'reading the orders of the run',
  limit: 'limiting the memory of the run',
  open: 'opening the object',
  load: 'loading',
  policy: 'checking against the policy of the host',
  target: 'attaching',
  attach: 'attaching',
  stream: 'reading the data of the run',
};

/** Why a run ended whose loader went without a word. */
export function endingOfExit(exit: ChildExit, broken: string | undefined): Ending {
  const reason = broken ?? exit.failure ?? (exit.signal === null ? `exit code ${exit.code}` : exit.signal);
  return {
    reason: 'crashed',
    error: probepadError('loader_crashed', `running the loader: ${reason}`, { reason }),
  };
}

/** Why a run ended that failed before its loader ran, in that state. */
export function endingOfThrown(thrown: unknown, state: RunState): Ending {
  const error = errorOf(thrown);
  switch (error.code) {
    case 'policy_denied':
      return { reason: 'policy', error };
    case 'target_needed':
    case 'bad_target':
      return { reason: 'attach_failed', error };
    default:
      return { reason: state === 'compiling' ? 'compile_error' : 'load_failed', error };
  }
}
