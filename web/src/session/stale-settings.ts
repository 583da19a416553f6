import type { SnippetSettings } from '@probepad/protocol/control/snippet';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { Check } from './check.ts';

/** A setting for something that the program has no more. An agent refuses a run that has one. */
export interface StaleSetting {
  table: 'params' | 'attach';
  name: string;
  value: string;
}

/**
 * Stale settings of the probe on screen, by the newest answer there is for it. Until the next one comes they stay, so that they
 * don't go from under the pointer of who would remove them.
 */
export function staleOnScreen(
  { schema, diagnostics, opening }: Pick<Check, 'schema' | 'diagnostics' | 'opening'>,
  probe: { settings: SnippetSettings; opening: number },
): StaleSetting[] {
  // What doesn't compile has no schema of its own, and the last one may be another program's.
  const broken = diagnostics.some(({ severity }) => severity === 'error');
  if (!schema || broken || opening !== probe.opening) return [];
  return staleSettings(probe.settings, schema);
}

/** Settings of parameters and programs that have been renamed or deleted since. */
export function staleSettings(
  settings: Pick<SnippetSettings, 'params' | 'attach'>,
  schema: ProbeSchema,
): StaleSetting[] {
  const known = { params: schema.params, attach: schema.programs };
  return (['params', 'attach'] as const).flatMap((table) =>
    Object.entries(settings[table])
      .filter(([name]) => !known[table].some((each) => each.name === name))
      .map(([name, value]) => ({ table, name, value })),
  );
}
