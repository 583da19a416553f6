import { withRecordTypes } from '@probepad/protocol/record-types';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { Decoder } from './decoder.ts';
import { putSchema } from './runs.ts';
import { changeSettings, useWorkspace } from './workspace.ts';

/** What the user says the records of a source are, where the program does not tell. Kept with the snippet's settings. */

/** Schemas as the hosts sent them, by stream: a choice can be taken back. */
const sent = new Map<number, { run: string; host: string; schema: ProbeSchema }>();

/** Takes a schema as it came; gives it as the settings on screen want it read. */
export function takeSchema(stream: number, run: string, host: string, schema: ProbeSchema): ProbeSchema {
  for (const [id, each] of sent) if (each.run !== run) sent.delete(id);
  sent.set(stream, { run, host, schema });
  return asChosen(schema);
}

function asChosen(schema: ProbeSchema): ProbeSchema {
  return withRecordTypes(schema, useWorkspace.getState().settings.records ?? {});
}

/** Reads the records of a source as that struct from now on, those that have come already too; undefined: as the program tells. */
export function chooseRecordType(decoder: Decoder, source: string, struct: string | undefined): void {
  const { [source]: _, ...others } = useWorkspace.getState().settings.records ?? {};
  changeSettings({ records: struct === undefined ? others : { ...others, [source]: struct } });
  for (const [stream, { run, host, schema }] of sent) {
    const chosen = asChosen(schema);
    putSchema(run, host, chosen);
    decoder.retype(stream, chosen);
  }
}
