import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/values/value';
import type { GlobalValue } from '../session/decoder.ts';
import { createSectionAggregates, type SectionAggregates } from './aggregate/section-aggregates.ts';
import { variablesIn } from './global-values.ts';
import { secondsOf } from './page-clock.ts';
import { createPastNumbers } from './past-numbers.ts';
import type { Stream } from './stream.ts';

/** A section of globals: each variable as it is now, on each host. */
export interface GlobalsSource {
  join(stream: Stream, source: Source): void;
  take(stream: Stream, frame: Frame): void;
  values(): GlobalValue[];
  readonly aggregates: SectionAggregates;
}

export function createGlobalsSource({ name }: Pick<Source, 'name'>): GlobalsSource {
  const aggregates = createSectionAggregates(name);
  /** Each host's own: where a variable lies, and its type's id, differ from host to host. */
  const sources = new Map<Stream, Source>();
  const latest = new Map<Stream, Value>();
  const past = createPastNumbers();
  const variables = (stream: Stream, section: Value): GlobalValue[] => {
    const source = sources.get(stream);
    return source ? variablesIn(source, stream, section) : [];
  };
  return {
    aggregates,
    join(stream, source) {
      sources.set(stream, source);
      aggregates.join(stream, source);
    },
    take(stream, frame) {
      if (frame.header.kind !== 'map') return;
      const section = stream.decoder.globals(frame);
      latest.set(stream, section);
      for (const { name: own, number } of variables(stream, section)) {
        if (number !== undefined) past.add(`${stream.stream} ${own}`, number);
      }
      aggregates.add(stream, secondsOf(frame.header.timeNs), section);
    },
    values: () =>
      [...latest].flatMap(([stream, section]) =>
        variables(stream, section).map((variable) => ({
          ...variable,
          ...past.of(`${stream.stream} ${variable.name}`),
        })),
      ),
  };
}
