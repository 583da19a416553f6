import { choiceKey, choiceOf, withRecordTypes } from '@probepad/protocol/record-types';
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
  choose(
    decoder,
    struct === undefined ? withoutSource(source) : { ...withoutSource(source), [source]: struct },
  );
}

/** The same for those records of a source alone that begin with this number, decimal. */
export function chooseRecordTypeOf(decoder: Decoder, source: string, value: string, struct: string): void {
  const { [source]: _, ...others } = useWorkspace.getState().settings.records ?? {};
  choose(decoder, { ...others, [choiceKey(source, value)]: struct });
}

function withoutSource(source: string): Record<string, string> {
  const chosen = Object.entries(useWorkspace.getState().settings.records ?? {});
  return Object.fromEntries(chosen.filter(([key]) => (choiceOf(key)?.source ?? key) !== source));
}

function choose(decoder: Decoder, records: Record<string, string>): void {
  changeSettings({ records });
  for (const [stream, { run, host, schema }] of sent) {
    const chosen = asChosen(schema);
    putSchema(run, host, chosen);
    decoder.retype(stream, chosen);
  }
}
