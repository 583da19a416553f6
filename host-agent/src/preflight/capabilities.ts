import { readFile } from 'node:fs/promises';
import type { Check } from '@probepad/protocol/control/host';
import { execute } from '../exec/execute.ts';

/** Bit numbers. Source: linux/capability.h. */
const CAPABILITY = { net_admin: 12, sys_admin: 21, perfmon: 38, bpf: 39 } as const;

/**
 * Whether the loader gets what it needs: CAP_BPF and CAP_PERFMON to load and attach, CAP_NET_ADMIN besides for XDP and tc. It has
 * them from the agent's user (root) or from its own file capabilities.
 */
export async function capabilitiesCheck(loaderPath: string): Promise<Check> {
  const own = effective(await readFile('/proc/self/status', 'utf8'));
  const file = await fileCapabilities(loaderPath);
  const has = (name: keyof typeof CAPABILITY): boolean =>
    ((own >> BigInt(CAPABILITY[name])) & 1n) === 1n || file.includes(`cap_${name}`);
  const missing = (['bpf', 'perfmon', 'net_admin'] as const)
    .filter((name) => !has(name) && !(name !== 'net_admin' && has('sys_admin')))
    .map((name) => `CAP_${name.toUpperCase()}`);
  if (missing.length === 0) {
    return { name: 'capabilities', result: 'good', found: 'CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN', remedy: '' };
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
      `setcap cap_bpf,cap_perfmon,cap_net_admin,cap_dac_read_search=ep ${loaderPath}`,
  };
}

/** CapEff of proc(5) status. */
export function effective(status: string): bigint {
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}

async function fileCapabilities(path: string): Promise<string> {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  const options = { timeoutMs: 5_000, stdoutMax: 4_096, stderrMax: 4_096 };
  const { code, stdout } = await execute({ file: 'getcap', args: [path], env, ...options });
  return code === 0 ? stdout.toString() : '';
}
