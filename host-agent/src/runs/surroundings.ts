import { readdirSync, readFileSync } from 'node:fs';
import { matchesGlob } from '../policy/glob.ts';
import type { Policy } from '../policy/policy.ts';
import type { TargetSurroundings } from './attach-target.ts';

/** Root of the cgroup v2 hierarchy by /proc/mounts (proc_pid_mounts(5)); hybrid machines mount it beside v1. */
export function cgroupRoot(): string | undefined {
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const [, path, type] = line.split(' ');
    if (type === 'cgroup2') return path;
  }
  return undefined;
}

/** Names of the network interfaces of this network namespace that programs may be attached to, loopback first. */
export function interfaceNames({ interfaces }: Pick<Policy, 'interfaces'>): string[] {
  const names = readdirSync('/sys/class/net', { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => entry.name)
    .filter((name) => interfaces.some((glob) => matchesGlob(name, glob)));
  return names.sort((a, b) => Number(b === 'lo') - Number(a === 'lo') || a.localeCompare(b));
}

/** What targets depend on, as it is now. */
export function surroundings(policy: Pick<Policy, 'interfaces'>): TargetSurroundings {
  return { cgroupRoot: cgroupRoot(), interfaces: interfaceNames(policy) };
}
