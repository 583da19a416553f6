import type { EndReason, RunStatus } from '@probepad/protocol/control/run';
import type { ErrorCode } from '@probepad/protocol/errors';

export const EXIT = { fine: 0, probe: 1, usage: 2, host: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const USAGE_ERRORS: readonly ErrorCode[] = [
  'bad_param',
  'bad_target',
  'target_needed',
  'bad_flag',
  'bad_file_name',
];

const HOST_ERRORS: readonly ErrorCode[] = [
  'unauthenticated',
  'forbidden',
  'bad_origin',
  'version_mismatch',
  'bad_join_token',
  'revoked',
  'not_found',
  'rate_limited',
  'host_offline',
  'host_busy',
  'no_compiler',
  'no_box',
  'no_btf',
  'no_privilege',
  'policy_denied',
];

/** What an error says about whose fault it was. */
export function exitCodeOfError(code: ErrorCode): ExitCode {
  if (USAGE_ERRORS.includes(code)) return EXIT.usage;
  return HOST_ERRORS.includes(code) ? EXIT.host : EXIT.probe;
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
