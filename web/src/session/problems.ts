import type { SourceFile } from '@probepad/protocol/control/run';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { isLive, type RunView } from './runs.ts';

/** A diagnostic with the hosts that reported it; no hosts: the check while typing. */
export interface Problem extends Diagnostic {
  id: string;
  hosts: string[];
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

/** The names of the files that are as they were when the run was started; before its reply has come, all of them. */
export function filesAsRun(files: readonly SourceFile[], run: RunView | undefined): string[] {
  const before = run?.info?.probe.files;
  if (before === undefined) return files.map(({ name }) => name);
  const texts = new Map(before.map(({ name, text }) => [name, text]));
  return files.filter(({ name, text }) => texts.get(name) === text).map(({ name }) => name);
}

/** Whether the text on screen still is what was run. */
export function isAsRun(files: readonly SourceFile[], run: RunView): boolean {
  const count = run.info?.probe.files.length ?? files.length;
  return files.length === count && filesAsRun(files, run).length === count;
}

/**
 * What the Problems panel and the editor mark: the check's diagnostics of the text as it is now, then what the last run
 * said, the same message of several hosts once. Compiler messages of a run give way to those of a later check. With `text`,
 * the run counts only for the files in `asRun`, and for what is in none of them only while all are `unchanged`.
 */
export function problemsOf(
  checked: readonly Diagnostic[],
  checkDone: boolean,
  run: RunView | undefined,
  text?: { asRun: readonly string[]; unchanged: boolean },
): Problem[] {
  const found = new Map<string, Problem>();
  const add = (diagnostic: Diagnostic, host: string | undefined): void => {
    const id = keyOf(diagnostic);
    const known = found.get(id);
    if (!known) found.set(id, { ...diagnostic, id, hosts: host === undefined ? [] : [host] });
    else if (host !== undefined && !known.hosts.includes(host)) known.hosts.push(host);
  };
  for (const diagnostic of checked) add(diagnostic, undefined);
  for (const status of Object.values(run?.statuses ?? {})) {
    for (const diagnostic of status.diagnostics) {
      const { file } = diagnostic.place ?? {};
      if (text && !text.unchanged && !(file !== undefined && text.asRun.includes(file))) continue;
      if (diagnostic.origin === 'clang' && checkDone && !isLive(run)) {
        if (!found.has(keyOf(diagnostic))) continue;
      }
      add(diagnostic, status.host);
    }
  }
  return [...found.values()].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

function keyOf({ origin, severity, message, place }: Diagnostic): string {
  return [origin, severity, place?.file, place?.line, place?.column, message].join('\n');
}
