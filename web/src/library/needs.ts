import type { Host } from '@probepad/protocol/control/host';

/** bpftool's program type for each thing that a template may say it needs. */
const TYPE_OF: Record<string, string> = {
  kprobe: 'kprobe',
  kretprobe: 'kprobe',
  uprobe: 'kprobe',
  fentry: 'tracing',
  fexit: 'tracing',
  tp_btf: 'tracing',
  iter: 'tracing',
  lsm: 'lsm',
  xdp: 'xdp',
  tc: 'sched_cls',
};

/** What of a template's needs the host is known not to offer. */
export function missingNeeds(needs: readonly string[], host: Host | undefined): string[] {
  const offered = host?.facts?.programTypes;
  if (!offered || offered.length === 0) return [];
  return needs.filter((need) => {
    const type = TYPE_OF[need];
    return type !== undefined && !offered.includes(type);
  });
}
