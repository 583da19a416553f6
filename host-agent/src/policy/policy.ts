import { availableParallelism } from 'node:os';
import * as z from 'zod/mini';
import { DENIED_HELPERS, SAFE_KFUNCS, SAFE_PROGRAM_TYPES } from './safe-default.ts';

const MIB = 1024 * 1024;

const Globs = z.array(z.string().check(z.minLength(1), z.maxLength(256)));
const Count = z.int().check(z.gte(0));

/**
 * The policy file of a host, JSON. Every field may be left out and has a safe default then; an unknown field is an error, so
 * that a misspelt one is noticed. Lists are globs with `*` and `?`.
 */
export const PolicySchema = z.strictObject({
  /** Program types that may be loaded, bpftool's words; `fmod_ret` stands for that kind of `tracing` program. */
  programTypes: z._default(Globs, () => [...SAFE_PROGRAM_TYPES]),
  helpersDenied: z._default(Globs, () => [...DENIED_HELPERS]),
  kfuncsAllowed: z._default(Globs, () => [...SAFE_KFUNCS]),
  /** Functions, tracepoints and binaries that may be attached to; denied wins, for cgroups too. */
  targetsAllowed: z._default(Globs, () => ['*']),
  targetsDenied: z._default(Globs, () => []),
  /** Network interfaces for xdp, tc and socket filter programs. */
  interfaces: z._default(Globs, () => ['lo', 'veth*']),
  /** Cgroups, by path, for cgroup programs: these decide over all traffic and sockets of a group. */
  cgroups: z._default(Globs, () => []),
  /** Bytes that the maps of one run may take. Where that can't be limited no run starts, unless it is 0: no limit. */
  memory: z._default(Count, 256 * MIB),
  /** Runs at a time on the host, and of one user. */
  runs: z._default(Count, 16),
  runsPerUser: z._default(Count, 8),
  /** CPUs that one run may take, its programs and its loader (1 is one CPU wholly); 0 sets no limit. Half of the machine by default. */
  cpus: z._default(z.number().check(z.gte(0)), () => availableParallelism() / 2),
  /** Longest time of a run; 0 sets no limit. */
  seconds: z._default(Count, 0),
  /** Whether viewers are told what this host calls users, groups, cgroups, devices, processes and functions. */
  names: z._default(z.boolean(), true),
  /** Whose processes may have their program files read for names of functions: account names, or uids. */
  userSymbols: z._default(Globs, () => ['*']),
  /** Whether the hub may open a terminal, with the rights of the agent. */
  terminal: z._default(z.boolean(), false),
});
export type Policy = z.infer<typeof PolicySchema>;

/** What holds on a host without a policy file: see safe-default.ts for the reasons. */
export const DEFAULT_POLICY: Policy = PolicySchema.parse({});

/** What is wrong with a policy file, one line a field. */
export class PolicyError extends Error {
  constructor(path: string, problems: readonly string[]) {
    super(`reading the policy file ${path}: ${problems.join('; ')}`);
    this.name = 'PolicyError';
  }
}

/**
 * Reads a policy from the text of its file.
 * @throws PolicyError naming each field that is wrong
 */
export function parsePolicy(text: string, path: string): Policy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PolicyError(path, [`not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const parsed = PolicySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PolicyError(
    path,
    parsed.error.issues.map((issue) => {
      const field = issue.path.join('.');
      if (issue.code === 'unrecognized_keys') return `unknown field ${issue.keys.join(', ')}`;
      return field === '' ? issue.message : `field ${field}: ${issue.message}`;
    }),
  );
}
