import type { TableSettings } from '@probepad/protocol/control/snippet';
import { useCallback } from 'react';
import { changeTable, useWorkspace } from '../../session/workspace.ts';

const NONE: TableSettings = {};

/** What somebody made of a source's table, which is saved with the probe, and a way to change it. */
export function useTableSettings(source: string): [TableSettings, (change: Partial<TableSettings>) => void] {
  const settings = useWorkspace((state) => state.settings.tables?.[source]) ?? NONE;
  const change = useCallback((next: Partial<TableSettings>) => changeTable(source, next), [source]);
  return [settings, change];
}
