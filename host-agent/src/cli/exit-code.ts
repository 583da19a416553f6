import type { EndReason, RunStatus } from '@probepad/protocol/control/run';
import type { ErrorCode } from '@probepad/protocol/errors';

export const EXIT = { fine: 0, probe: 1, usage: 2, host: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Whose fault an error is: a code that is not here does not compile. */
const BY_ERROR: Record<ErrorCode, Exclude<keyof typeof EXIT, 'fine'>> = {
  // reaching the hub
  unauthenticated: 'host',
  forbidden: 'host',
  bad_origin: 'host',
  bad_message: 'host',
  message_too_large: 'host',
  version_mismatch: 'host',
  bad_join_token: 'host',
  revoked: 'host',
  not_found: 'host',
  rate_limited: 'host',
  // hosts
  host_offline: 'host',
  host_busy: 'host',
  no_compiler: 'host',
  no_box: 'host',
  no_btf: 'host',
  no_privilege: 'host',
  terminal_disabled: 'host',
  // compiling
  bad_file_name: 'usage',
  bad_flag: 'usage',
  source_too_large: 'probe',
  compile_failed: 'probe',
  compile_timeout: 'probe',
  compile_output_too_large: 'probe',
  compile_crashed: 'probe',
  bad_object: 'probe',
  // loading and attaching
  verifier_rejected: 'probe',
  load_failed: 'probe',
  attach_failed: 'probe',
  target_absent: 'probe',
  target_needed: 'usage',
  bad_target: 'usage',
  bad_param: 'usage',
  policy_denied: 'host',
  no_memory_limit: 'host',
  out_of_memory: 'probe',
  // A program can bring its loader down, by the memory that it takes.
  loader_crashed: 'probe',
  // running
  lease_lost: 'host',
  run_ended: 'probe',
  over_budget: 'probe',
  source_not_writable: 'usage',
  map_not_filled: 'usage',
  internal: 'host',
};

/** What an error says about whose fault it was. */
export function exitCodeOfError(code: ErrorCode): ExitCode {
  return EXIT[BY_ERROR[code]];
}

const FINE: readonly EndReason[] = ['stopped', 'completed', 'time_limit', 'event_limit'];
const HOST: readonly EndReason[] = ['policy', 'lease_lost', 'host_lost'];

export function exitCodeOfStatus(status: RunStatus): ExitCode {
  const { reason, error } = status;
  if (reason !== undefined && FINE.includes(reason)) return EXIT.fine;
  if (error !== undefined) {
    const code = exitCodeOfError(error.code);
    if (code !== EXIT.probe) return code;
  }
  return reason !== undefined && HOST.includes(reason) ? EXIT.host : EXIT.probe;
}
