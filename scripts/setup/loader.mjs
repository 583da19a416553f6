/** Steps: the loader is built; it has its capabilities when the agent does not run as root. */
import { existsSync, readFileSync } from 'node:fs';
import { runCommand, runOrThrow } from '../command.mjs';
import { inRepository } from '../repository.mjs';
import { runAsRoot } from './root.mjs';

const FOLDER = inRepository('host-agent/loader');

/** What `make` there builds. */
export const LOADER = inRepository('host-agent/loader/build/probepad-loader');

/**
 * What the loader uses between its start and attach, by capabilities(7); it drops all of them after attach.
 * Permitted only (`p`): the loader raises what it needs.
 */
export const LOADER_CAPABILITIES = [
  'cap_bpf', // load programs, create maps
  'cap_perfmon', // attach to tracing hooks, read kernel memory
  'cap_net_admin', // XDP, tc, cgroup socket hooks
  'cap_net_raw', // the packet socket of a socket filter
  'cap_sys_admin', // perf_event_open where perf_event_paranoid is 3 (Debian), BPF statistics
  'cap_dac_override', // a cgroup and a tracing instance of the run's own
  'cap_dac_read_search', // tracefs
  'cap_ipc_lock', // perf buffers beyond the lockable memory of a user
  'cap_syslog', // addresses in /proc/kallsyms, for externs that name kernel symbols
];

/** @type {import('../setup.mjs').Step} */
export const loaderStep = {
  name: 'loader',
  why: 'the program that puts probes into the kernel',
  needed: async () => {
    const upToDate = await runCommand(['make', '--question', '--directory', FOLDER]);
    return upToDate.code === 0 ? false : 'building the loader';
  },
  run: async () => {
    await runOrThrow('building the loader', ['make', '--silent', '--directory', FOLDER]);
    return undefined;
  },
};

/**
 * Gives the loader its file capabilities (setcap(8)), those that exist on this machine: a file with a capability
 * outside the bounding set can't be started. Who may start it may read kernel memory, so that is its owner and, when
 * one is named, a group. A rebuilt loader has lost all of this. Does nothing when it is there.
 *
 * @param {{ loader?: string, group?: string | undefined }} [options]
 * @returns {Promise<string[]>} the capabilities that this machine doesn't have
 */
export async function grantLoaderCapabilities({ loader = LOADER, group } = {}) {
  if (!existsSync(loader)) throw new Error(`giving the loader its capabilities: ${loader} is missing`);
  const bounding = boundingSet(readFileSync('/proc/self/status', 'utf8'));
  const names = LOADER_CAPABILITIES.filter((name) => bounding.has(name));
  const wanted = `${names.join(',')}=p`;
  const mode = group === undefined ? '0700' : '0750';
  const owner = group === undefined ? '"$(stat -c %G "$0")"' : group;
  // A change of owner takes the capabilities away, so they come last.
  const verify = `test "$(stat -c %a:%G "$0")" = ${mode.slice(1)}:${owner} && /sbin/setcap -q -v ${wanted} "$0"`;
  const grant = `chgrp ${owner} "$0" && chmod ${mode} "$0" && /sbin/setcap ${wanted} "$0"`;
  if ((await runCommand(['sh', '-c', verify, loader])).code !== 0) {
    await runAsRoot('giving the loader its capabilities', ['sh', '-c', grant, loader]);
  }
  return LOADER_CAPABILITIES.filter((name) => !bounding.has(name));
}

/** Bit numbers: include/uapi/linux/capability.h in the kernel's source. */
const CAPABILITY_BITS = new Map([
  ['cap_dac_override', 1n],
  ['cap_dac_read_search', 2n],
  ['cap_net_admin', 12n],
  ['cap_net_raw', 13n],
  ['cap_ipc_lock', 14n],
  ['cap_sys_admin', 21n],
  ['cap_syslog', 34n],
  ['cap_perfmon', 38n],
  ['cap_bpf', 39n],
]);

/**
 * @param {string} status the text of /proc/PID/status
 * @returns {Set<string>} those of LOADER_CAPABILITIES that are in its bounding set
 */
export function boundingSet(status) {
  const bits = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const names = [...CAPABILITY_BITS].filter(([, bit]) => ((bits >> bit) & 1n) === 1n).map(([name]) => name);
  return new Set(names);
}
