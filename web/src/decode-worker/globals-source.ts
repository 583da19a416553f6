import type { Frame } from '@probepad/protocol/frames';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { isCharType, nameOfType, resolveType, sizeOfType } from '@probepad/protocol/types';
import { formatValue } from '@probepad/protocol/values/format';
import { presentationOf } from '@probepad/protocol/values/presentation';
import type { Value } from '@probepad/protocol/values/value';
import type { GlobalValue } from '../session/decoder.ts';
import { createSectionAggregates, type SectionAggregates } from './aggregate/section-aggregates.ts';
import { secondsOf } from './page-clock.ts';
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
      aggregates.add(stream, secondsOf(frame.header.timeNs), section);
    },
    values: () =>
      [...latest].flatMap(([stream, value]) => {
        const source = sources.get(stream);
        return source ? variablesOf(source, stream, value) : [];
      }),
  };
}

function variablesOf(source: Source, stream: Stream, value: Value): GlobalValue[] {
  const { schema } = stream.decoder;
  const section = source.valueType === undefined ? undefined : resolveType(schema, source.valueType);
  const host = { host: stream.host, hostName: stream.hostName };
  if (section?.kind !== 'struct' || typeof value !== 'object' || value === null || Array.isArray(value)) {
    const text = formatValue(value);
    return [
      {
        ...host,
        name: source.name,
        type: `${source.valueSize} bytes`,
        text,
        offset: 0,
        size: source.valueSize,
        writable: false,
        encoding: undefined,
      },
    ];
  }
  const context = { arch: stream.arch, names: stream.names };
  return section.members.map((member) => {
    const encoding = encodingOf(schema, member.type);
    return {
      ...host,
      name: member.name,
      type: nameOfType(schema, member.type),
      text: formatValue(value[member.name] ?? null, presentationOf(schema, member), context),
      offset: member.offsetBits >> 3,
      size: sizeOfType(schema, member.type),
      writable: source.writable && encoding !== undefined,
      encoding,
    };
  });
}

function encodingOf(schema: ProbeSchema, id: number): GlobalValue['encoding'] {
  const type = resolveType(schema, id);
  if (type.kind === 'int') {
    if (type.encoding === 'bool') return 'bool';
    return type.signed ? 'signed' : 'unsigned';
  }
  if (type.kind === 'enum') return type.signed ? 'signed' : 'unsigned';
  if (type.kind === 'array' && isCharType(schema, type.element)) return 'text';
  return undefined;
}
