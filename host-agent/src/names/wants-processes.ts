import { leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { type Presentation, presentationOf } from '@probepad/protocol/values/presentation';

/** Whether what a probe sends is of processes that may be gone when they are asked for, so that they have to be noted. */
export function wantsProcesses(schema: ProbeSchema): boolean {
  return schema.sources.some(({ kind, mapType, records, keyType, valueType }) => {
    if (kind === 'globals') return false;
    if (mapType === 'stack_trace') return true;
    const types = [...records.map(({ type }) => type), keyType, valueType];
    return types.some(
      (type) =>
        type !== undefined &&
        leavesOf(schema, type).some((leaf) => isOfProcess(presentationOf(schema, leaf, type))),
    );
  });
}

function isOfProcess({ meaning, nameKind, element }: Presentation): boolean {
  if (meaning === 'pid_tgid' || meaning === 'stack_id') return true;
  return [nameKind, element?.nameKind].some((kind) => kind === 'process' || kind === 'code');
}
