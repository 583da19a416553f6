import * as z from 'zod/mini';

/** One preflight check: what was looked at, what was found, and what to do when it is not good. */
export const CheckSchema = z.object({
  name: z.enum([
    'kernel',
    'btf',
    'clang',
    'box',
    'loader',
    'capabilities',
    'tracefs',
    'cgroup',
    'vmlinux',
    'names',
  ]),
  result: z.enum(['good', 'limited', 'bad']),
  found: z.string(),
  /** Empty when good. */
  remedy: z.string(),
});
export type Check = z.infer<typeof CheckSchema>;

/** What an agent says about its machine. */
export const HostFactsSchema = z.object({
  hostname: z.string().check(z.maxLength(255)),
  kernel: z.string(),
  /** As in `uname -m`. */
  arch: z.string(),
  cpus: z.number(),
  /** Identity of the kernel's BTF (sha256, hex); compile caches key on it. Empty without BTF. */
  btf: z.string(),
  /** Version of clang, empty when there is none. */
  clang: z.string(),
  agent: z.string(),
  terminal: z.boolean(),
  /** Program types that the policy allows, bpftool's words. */
  programTypes: z.array(z.string()),
  /** Names of the network interfaces that the policy lets programs be attached to, for targets of xdp, tc and socket filter programs. */
  interfaces: z.array(z.string()),
  checks: z.array(CheckSchema),
});
export type HostFacts = z.infer<typeof HostFactsSchema>;

/** A host as a browser or the command line sees it. */
export const HostSchema = z.object({
  id: z.string(),
  name: z.string(),
  online: z.boolean(),
  local: z.boolean(),
  /** The last facts known; absent for a host that has been invited but never came. */
  facts: z.optional(HostFactsSchema),
  /** Milliseconds since 1970 of the last message from it. */
  lastSeen: z.number(),
});
export type Host = z.infer<typeof HostSchema>;
