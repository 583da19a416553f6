import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import type { GlobalValue } from '../../session/globals.ts';

/** One variable, member or element over all hosts of the run. */
export interface GlobalRow {
  name: string;
  /** Where it stands first. */
  first: GlobalValue;
  /** On each host that has it. */
  hosts: readonly GlobalValue[];
}

/** The same variables of several hosts side by side, in the order of the first host; without what lies in closed ones. */
export function rowsOfGlobals(values: readonly GlobalValue[], closed: ReadonlySet<string>): GlobalRow[] {
  const rows = new Map<string, GlobalValue[]>();
  for (const value of values) {
    const known = rows.get(value.name);
    if (known) known.push(value);
    else rows.set(value.name, [value]);
  }
  return [...rows].flatMap(([name, hosts]) => {
    const isInside = [...closed].some(
      (outer) => name.startsWith(`${outer}.`) || name.startsWith(`${outer}[`),
    );
    return isInside ? [] : [{ name, first: hosts[0] as GlobalValue, hosts }];
  });
}

/** Numbers that change by themselves more often than this are counters: nobody sets them with a slider. */
const CHANGES_MAX = 12;
/** Beyond the largest value that was seen there is this much room. */
const ROOM = 4;
const LEAST_TOP = 100;

/** Between what a slider sets a number; undefined where none would help. */
export function sliderRange({
  range,
  number,
  isAmount = false,
  past = [],
  changes = 0,
  encoding,
}: GlobalValue): { least: number; most: number } | undefined {
  if (range) return range;
  if (!isAmount || number === undefined || changes > CHANGES_MAX) return undefined;
  const most = Math.max(LEAST_TOP, ROOM * Math.max(number, ...past));
  const digits = 10 ** Math.floor(Math.log10(most));
  const top = Math.ceil(most / digits) * digits;
  if (!Number.isSafeInteger(top)) return undefined;
  const least = Math.min(0, number, ...past);
  return { least: encoding === 'unsigned' || least === 0 ? 0 : -top, most: top };
}

/** What a variable holds, as it stands in memory: one hover away. */
export function titleOfGlobal({
  type,
  name,
  memory,
  text,
}: Pick<GlobalValue, 'type' | 'name' | 'memory' | 'text'>): string {
  return `${type} ${name}\n${memory ?? text}`;
}

/** The variables as they are shown, with a column for the value on each host where there are several. */
export function exportOfGlobals(rows: readonly GlobalRow[]): ExportedTable {
  const hosts = [...new Map(rows.flatMap((row) => row.hosts.map(({ host, hostName }) => [host, hostName])))];
  return {
    columns: ['name', ...(hosts.length > 1 ? hosts.map(([, hostName]) => hostName) : ['value']), 'type'].map(
      (name) => ({ name, align: 'text' }),
    ),
    rows: rows.map(({ name, first, hosts: own }) => ({
      cells: [
        name,
        ...hosts.map(([id]) => {
          const value = own.find(({ host }) => host === id);
          return value === undefined || value.parts > 0 ? '' : value.text;
        }),
        first.type,
      ],
    })),
  };
}
