import type { SnippetSettings } from '@probepad/protocol/control/snippet';
import type { ProbeSchema } from '@probepad/protocol/schema';

/** A setting for something that the program has no more. An agent refuses a run that has one. */
export interface StaleSetting {
  table: 'params' | 'attach';
  name: string;
  value: string;
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
