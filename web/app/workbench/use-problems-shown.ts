import { useEffect } from 'react';
import { usePreferences } from '../../src/session/preferences.ts';
import type { RunView } from '../../src/session/runs.ts';

/** Opens the Problems panel when a run has come to nothing because of the program, unless another panel is open there. */
export function useProblemsShown(run: RunView | undefined): void {
  const failed = Object.values(run?.statuses ?? {}).some(
    ({ state, diagnostics }) => state === 'ended' && diagnostics.some(({ severity }) => severity === 'error'),
  );
  const id = run?.id;
  useEffect(() => {
    if (failed && id !== undefined && usePreferences.getState().bottom === undefined) {
      usePreferences.setState({ bottom: 'problems' });
    }
  }, [failed, id]);
}
