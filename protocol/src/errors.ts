import * as z from 'zod/mini';

/**
 * Every error code that crosses a process boundary, with what the user can do about it. `{name}` parts are
 * filled from the `details` that `probepadError` is given.
 */
export const ERRORS = {
  // reaching the hub
  unauthenticated: 'Open the URL that `npm start` printed: it holds the access token.',
  forbidden: 'Ask someone with the needed permission: {permission}.',
  bad_origin: 'Open Probepad under the address it was started with, or add this origin to PROBEPAD_ORIGINS.',
  bad_message: 'This is a defect or an outdated client: reload the page, or update the agent.',
  message_too_large: 'Send less at once: a message holds at most {limit} bytes.',
  version_mismatch: 'Update the {side}: it speaks protocol {peer}, this side speaks {own}.',
  bad_join_token: 'Join tokens work once and for a short time: make a new one with "Add host".',
  revoked: 'This host was removed from the hub: join it again with a new token.',
  not_found: 'It may have been deleted, or belong to another hub.',
  rate_limited: 'Wait a moment and try again.',
  // hosts
  host_offline: 'Start the agent on that host, or pick another host.',
  host_busy: 'The host allows {limit} runs at a time: stop one, or raise `runs` in its policy file.',
  no_compiler: 'Install clang on the host, or compile on another host.',
  no_box: 'Compiling needs a working bubblewrap box: {reason}.',
  no_btf:
    'This kernel was built without BTF (CONFIG_DEBUG_INFO_BTF): use a kernel with /sys/kernel/btf/vmlinux.',
  no_privilege: 'Run the agent with the capabilities that the loader needs: {missing}.',
  terminal_disabled: 'The policy file of the host does not allow terminals: set `terminal` to true there.',
  // compiling
  bad_file_name:
    'File names start with a letter or underscore and hold letters, digits, "_", ".", "-" (64 at most).',
  bad_flag: 'Only these flags are allowed: {allowed}.',
  source_too_large: 'A snippet holds at most {limit} bytes.',
  compile_failed: 'Mend the errors marked in the editor.',
  compile_timeout: 'The compiler was ended after {seconds} s: {cause}.',
  compile_output_too_large: 'The object or the diagnostics passed the limit of {limit} bytes.',
  compile_crashed: 'The compiler ended unexpectedly ({reason}): try a smaller program.',
  bad_object: 'The object file cannot be read: {reason}.',
  // loading and attaching
  verifier_rejected: 'The kernel verifier rejected {program}: the marked line tells why.',
  load_failed: 'The kernel refused to load the program: {reason}.',
  attach_failed: 'No program could be attached: {reason}.',
  target_absent:
    'Give one of the programs a target that this kernel has, load the module that has what they name, or choose another host.',
  target_needed: 'Program {program} needs a target: {example}.',
  bad_target: 'The target of {program} is not understood: {reason}.',
  bad_param: 'The value of {param} does not fit its type: {reason}.',
  policy_denied: 'The policy of the host does not allow it: {what}.',
  no_memory_limit:
    'Let the agent make a memory cgroup (`probepad hosts` tells what works), or set `memory` to 0 in the policy file of the host: runs have no limit then.',
  out_of_memory: 'The maps of the program need more than the {limit} bytes that the host allows a run.',
  loader_crashed:
    'The loader ended unexpectedly ({reason}); the kernel is clean. Try again, and report it if it stays.',
  // running
  lease_lost: 'The host lost its hub for longer than the lease, so it ended the run.',
  run_ended: 'The run has ended: start it again.',
  over_budget:
    'Let the program do less: filter before it sends, add up in a map in place of sending, attach to what happens less often. Or give the run a larger CPU budget, up to what the policy of the host allows (`cpus`).',
  source_not_writable: 'Only .data and .bss values can be changed while a probe runs.',
  map_not_filled: 'Entries can be put into hash maps and tries that the program itself adds none to.',
  internal: 'This is a defect in Probepad: please report it with the log.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERRORS;

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

export const ProbepadErrorSchema = z.object({
  code: z.enum(codes),
  /** What happened, as a gerund phrase with its cause: "loading handle_exec: permission denied". */
  message: z.string(),
  /** What the user can do about it. */
  remedy: z.string(),
});
export type ProbepadError = z.infer<typeof ProbepadErrorSchema>;

/** Makes an error value; `details` fill the `{name}` parts of the code's remedy. */
export function probepadError(
  code: ErrorCode,
  message: string,
  details: Record<string, string | number> = {},
): ProbepadError {
  const remedy = ERRORS[code].replace(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
  return { code, message, remedy };
}

/** An error value on its way through code that throws. */
export class ProbepadFailure extends Error {
  readonly error: ProbepadError;

  constructor(error: ProbepadError) {
    super(error.message);
    this.name = 'ProbepadFailure';
    this.error = error;
  }
}

/** Throws `code` as a `ProbepadFailure`. */
export function fail(code: ErrorCode, message: string, details: Record<string, string | number> = {}): never {
  throw new ProbepadFailure(probepadError(code, message, details));
}

/** The error value inside anything thrown; what is not ours becomes `internal`. */
export function errorOf(thrown: unknown): ProbepadError {
  if (thrown instanceof ProbepadFailure) return thrown.error;
  return probepadError('internal', thrown instanceof Error ? thrown.message : String(thrown));
}
