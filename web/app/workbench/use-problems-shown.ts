import { useEffect } from 'react';
import { usePreferences } from '../../src/session/preferences.ts';
import { isAsRun } from '../../src/session/problems.ts';
import type { RunView } from '../../src/session/runs.ts';
import { reveal, useWorkspace } from '../../src/session/workspace.ts';

/**
 * When a run has come to nothing because of the program, opens the Problems panel unless another one is open there, and
 * takes the person who started it to the first line at fault. Whoever only watches, or has typed on, is left where they are.
 */
export function useProblemsShown(run: RunView | undefined): void {
  const statuses = Object.values(run?.statuses ?? {});
  const rejected = statuses.find(
    ({ state, diagnostics }) => state === 'ended' && diagnostics.some(({ severity }) => severity === 'error'),
  );
  const place = rejected?.diagnostics.find((each) => each.severity === 'error' && each.place)?.place;
  const failed = rejected !== undefined;
  const id = run?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a run
  useEffect(() => {
    if (!failed || run === undefined) return;
    if (usePreferences.getState().bottom === undefined) usePreferences.setState({ bottom: 'problems' });
    if (place && useWorkspace.getState().own === id && isAsRun(useWorkspace.getState().files, run))
      reveal(place);
  }, [failed, id]);
}
