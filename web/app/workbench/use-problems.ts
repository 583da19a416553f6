import { useMemo } from 'react';
import { useCheck } from '../../src/session/check.ts';
import { filesAsRun, isAsRun, type Problem, problemsOf } from '../../src/session/problems.ts';
import { type RunView, useRuns } from '../../src/session/runs.ts';
import { useWorkspace } from '../../src/session/workspace.ts';

/** The run on screen. */
export function useCurrentRun(): RunView | undefined {
  const id = useWorkspace((state) => state.run);
  return useRuns((state) => (id === undefined ? undefined : state.runs[id]));
}

/** The run on screen, for what depends on its statuses alone: made anew only when one changes, not with each count. */
export function useRunStatuses(): RunView | undefined {
  const id = useWorkspace((state) => state.run);
  const statuses = useRuns((state) => (id === undefined ? undefined : state.runs[id]?.statuses));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the statuses stand for the run
  return useMemo(() => (id === undefined ? undefined : useRuns.getState().runs[id]), [id, statuses]);
}

/** What the editor marks and the Problems panel lists. Made anew only when a diagnostic changes, not with each count. */
export function useProblems(): Problem[] {
  const diagnostics = useCheck((state) => state.diagnostics);
  const checked = useCheck((state) => state.milliseconds !== undefined);
  const run = useRunStatuses();
  const id = run?.id;
  const info = useRuns((state) => (id === undefined ? undefined : state.runs[id]?.info));
  // As a truth and a text: they are the same at most keys, and whoever shows problems is not drawn anew then.
  const unchanged = useWorkspace(({ files }) => run === undefined || isAsRun(files, { ...run, info }));
  const asRun = useWorkspace(({ files }) => filesAsRun(files, run && { ...run, info }).join('\n'));
  return useMemo(
    () => problemsOf(diagnostics, checked, run, { asRun: asRun.split('\n'), unchanged }),
    [diagnostics, checked, run, asRun, unchanged],
  );
}
