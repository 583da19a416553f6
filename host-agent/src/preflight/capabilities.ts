import { readFile } from 'node:fs/promises';
import type { Check } from '@probepad/protocol/control/host';
import type { LoaderProbe } from './loader-probe.ts';

/** Bit numbers. Source: linux/capability.h. */
const CAPABILITY = { net_admin: 12, sys_admin: 21, perfmon: 38, bpf: 39 } as const;
type Name = keyof typeof CAPABILITY;

/**
 * Whether the loader gets what it needs: CAP_BPF and CAP_PERFMON to load and attach, CAP_NET_ADMIN besides for XDP and tc. It has
 * them from the agent's user (root) or from its own file capabilities, so it is the loader that is asked; where it can't
 * answer, this process's own count.
 */
export async function capabilitiesCheck(loaderPath: string, probe: LoaderProbe | undefined): Promise<Check> {
  const own = effective(await readFile('/proc/self/status', 'utf8'));
  const has = (name: Name): boolean =>
    probe ? probe.effective.includes(`cap_${name}`) : ((own >> BigInt(CAPABILITY[name])) & 1n) === 1n;
  const missing = (['bpf', 'perfmon', 'net_admin'] as const)
    .filter((name) => !has(name) && !(name !== 'net_admin' && has('sys_admin')))
    .map((name) => `CAP_${name.toUpperCase()}`);
  if (missing.length === 0) {
    const absent = [
      ...(probe?.attach.kprobe === false ? ['kprobes'] : []),
      ...(probe?.attach.fentry.works === false ? ['fentry'] : []),
    ];
    const kernel = absent.length > 0 ? `; this kernel offers no ${absent.join(', no ')}` : '';
    const found = `CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN${kernel}`;
    return { name: 'capabilities', result: 'good', found, remedy: '' };
  }
  const onlyNetwork = missing.length === 1 && missing[0] === 'CAP_NET_ADMIN';
  return {
    name: 'capabilities',
    result: onlyNetwork ? 'limited' : 'bad',
    found: onlyNetwork
      ? 'no CAP_NET_ADMIN: XDP and tc programs cannot be loaded'
      : `missing: ${missing.join(', ')}`,
    remedy:
      'Run the agent as root, or give the loader its own: ' +
      `setcap cap_bpf,cap_perfmon,cap_net_admin,cap_net_raw,cap_sys_admin,cap_dac_override,cap_dac_read_search,cap_ipc_lock,cap_syslog=p ${loaderPath}`,
  };
}

/** CapEff of proc(5) status. */
export function effective(status: string): bigint {
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}
