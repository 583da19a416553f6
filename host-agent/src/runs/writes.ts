import { fail } from '@probepad/protocol/errors';
import { takesEntries } from '@probepad/protocol/filled-by-hand';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import type { LoaderProcess } from './loader-process.ts';

/** What a viewer may change of a run that goes on. */
export interface Writes {
  /** Changes bytes of a global variable's section, given as hex. @throws ProbepadFailure `run_ended`, `not_found`, `source_not_writable` */
  write(name: string, offset: number, bytes: string): void;
  /** Puts an entry into a map that the programs add none to; both are hex. @throws ProbepadFailure `run_ended`, `not_found`, `map_not_filled` */
  put(name: string, key: string, value: string): void;
}

/** @param current what runs; undefined before it does and when it has ended */
export function createWrites(
  current: () => { loader: LoaderProcess; schema: ProbeSchema } | undefined,
): Writes {
  function sourceOf(name: string, doing: string, kind = 'source'): { loader: LoaderProcess; source: Source } {
    const { loader, schema } = current() ?? fail('run_ended', `${doing}: the run does not go on`);
    const source = schema.sources.find((candidate) => candidate.name === name);
    return { loader, source: source ?? fail('not_found', `${doing}: the probe has no such ${kind}`) };
  }

  return {
    write(name, offset, bytes) {
      const { loader, source } = sourceOf(name, `writing ${name}`);
      const isPlace =
        source.kind === 'globals' && source.writable && offset + bytes.length / 2 <= source.valueSize;
      if (!isPlace)
        fail('source_not_writable', `writing ${name} at ${offset}: not a place that may be written`);
      loader.command({ type: 'write', source: source.id, offset, bytes });
    },
    put(name, key, value) {
      const doing = `putting an entry into ${name}`;
      const { loader, source } = sourceOf(name, doing, 'map');
      if (!takesEntries(source)) fail('map_not_filled', `${doing}: it is no such map`);
      if (key.length !== source.keySize * 2 || value.length !== source.valueSize * 2) {
        fail('map_not_filled', `${doing}: its keys and values have other sizes`);
      }
      loader.command({ type: 'put', source: source.id, key, value });
    },
  };
}
