import { availableParallelism, hostname, machine, release } from 'node:os';
import type { Check, HostFacts } from '@probepad/protocol/control/host';
import type { Policy } from './policy/policy.ts';
import { interfaceNames } from './runs/surroundings.ts';
import { VERSION } from './version.ts';

/** What this machine says about itself, as it is now. */
export function hostFacts(
  policy: Policy,
  compiler: { clang: string; btf: string },
  checks: Check[],
): HostFacts {
  return {
    hostname: hostname(),
    kernel: release(),
    arch: machine(),
    cpus: availableParallelism(),
    btf: compiler.btf,
    clang: compiler.clang,
    agent: VERSION,
    terminal: policy.terminal,
    programTypes: policy.programTypes,
    interfaces: interfaceNames(policy),
    checks,
  };
}
