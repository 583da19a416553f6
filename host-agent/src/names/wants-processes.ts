import type { ProbeSchema } from '@probepad/protocol/schema';
import { leavesOf } from '@probepad/protocol/types';

/** Members that hold a process, a thread or addresses in it. */
const OF_PROCESSES = /(^|[._])(pid|tgid|tid|ppid|[uk]?ips?|u?stack|(user_)?stack(_?id)?)$/;

/** Whether what a probe sends is of processes, so that they have to be noted while they live. */
export function wantsProcesses(schema: ProbeSchema): boolean {
  return schema.sources.some(({ kind, mapType, records, keyType, valueType }) => {
    if (mapType === 'stack_trace' || kind === 'trace') return true;
    const types = [...records.map(({ type }) => type), keyType, valueType];
    return types.some(
      (type) =>
        type !== undefined &&
        kind !== 'globals' &&
        leavesOf(schema, type).some(({ name }) => OF_PROCESSES.test(name)),
    );
  });
}
