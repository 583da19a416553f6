import type { TableSettings } from '@probepad/protocol/control/snippet';
import { useCallback, useMemo } from 'react';
import { changeTable, useWorkspace } from '../../session/workspace.ts';

const NONE: TableSettings = {};

/** What somebody made of a source's table, which is saved with the probe, and a way to change it. */
export function useTableSettings(source: string): [TableSettings, (change: Partial<TableSettings>) => void] {
  const saved = useWorkspace((state) => state.settings.tables?.[source]) ?? NONE;
  const settings = useMemo(() => withMeasures(saved), [saved]);
  const change = useCallback((next: Partial<TableSettings>) => changeTable(source, next), [source]);
  return [settings, change];
}

/** Settings from when a group had one measure at most. */
function withMeasures(settings: TableSettings): TableSettings {
  const { measure, ...group } = settings.group ?? { by: [] };
  return measure === undefined ? settings : { ...settings, group: { measures: [measure], ...group } };
}
