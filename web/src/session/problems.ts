import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { isLive, type RunView } from './runs.ts';

/** A diagnostic with the hosts that reported it; no hosts: the check while typing. */
export interface Problem extends Diagnostic {
  id: string;
  hosts: string[];
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

/**
 * What the Problems panel and the editor mark: the check's diagnostics of the text as it is now, then what the last run
 * said, the same message of several hosts once. Compiler messages of a run give way to those of a later check.
 */
export function problemsOf(
  checked: readonly Diagnostic[],
  checkDone: boolean,
  run: RunView | undefined,
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
