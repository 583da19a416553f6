import type { Meaning } from '@probepad/protocol/values/meaning';
import type { Shown } from './present.ts';

/**
 * The columns of a record in the order in which people read them: who it was, what it was about and what came of it, between which ends, then the rest as the struct has it,
 * then moments, which the row's own time nearly repeats, and stacks. Structs are laid out for the compiler: with texts or ports at their end.
 */
export function inReadingOrder<T extends Shown>(columns: readonly T[]): T[] {
  return columns.toSorted((a, b) => rankOf(a) - rankOf(b));
}

const COMMAND = /^(comm|task|command|proc_?name)$/;
const ENDS: readonly Meaning[] = ['ipv4', 'ipv6', 'ip', 'port', 'port_be'];
const OUTCOMES: readonly Meaning[] = [
  'result',
  'errno',
  'duration_ns',
  'duration_us',
  'duration_ms',
  'duration_s',
];
const PROCESS = /^(pid|tgid)$/;

function rankOf({ leaf, shown, isText }: Shown): number {
  const name = leaf.path.at(-1) ?? '';
  // What only some records have would push aside what all have.
  const isOfAll = leaf.chosen === undefined;
  if (shown.meaning === 'pid' && PROCESS.test(name)) return 0;
  if (isText && isOfAll) return COMMAND.test(name) ? 1 : 2;
  if (OUTCOMES.includes(shown.meaning)) return 3;
  if (ENDS.includes(shown.meaning)) return 4;
  if (shown.meaning === 'time_ns' || shown.meaning === 'time_us') return 6;
  return shown.meaning === 'code' && shown.element !== undefined ? 7 : 5;
}
