import { coerce, type FileColumn } from '@probepad/protocol/export/file-column';
import {
  joinColumns,
  type MemberColumn,
  memberColumns,
  withPlace,
} from '@probepad/protocol/export/source-table';
import { recordTypeOf } from '@probepad/protocol/record-types';
import type { Source } from '@probepad/protocol/schema';
import { nameOfType } from '@probepad/protocol/types';
import { hexOf, type Value } from '@probepad/protocol/values/value';
import type { Chunk } from '../store/history.ts';
import {
  fieldOf,
  LINE_FIELD,
  type RecordAt,
  type RecordField,
  TRACE_FIELDS,
} from '../store/record-fields.ts';
import { endOf, startsOf, timeOf } from '../store/records.ts';
import type { Stream } from '../stream.ts';

/** Records as rows of typed columns, for files: the same as `probepad run --format` writes, but for the CPU of perf events. */
export interface TypedRecords {
  /** Called again when it is said what a host's records are. */
  join(stream: Stream, source: Source): void;
  columns(): FileColumn[];
  /** Undefined where records are missing. */
  row(chunk: Chunk, row: number): Value[] | undefined;
}

interface TypedField extends FileColumn {
  read(at: RecordAt): Value;
}

interface Member {
  stream: Stream;
  typeOf: ReturnType<typeof recordTypeOf>;
  fields: Map<number | undefined, TypedField[]>;
}

const RECORD: FileColumn = { name: 'record', type: 'text' };

export function createTypedRecords(kind: Source['kind']): TypedRecords {
  const members = new Map<number, Member>();
  /** Made when it is first asked for, and again when a host joins. */
  let own: FileColumn[] | undefined;

  function ownColumns(): FileColumn[] {
    own ??= joinColumns([...members.values()].flatMap(({ fields }) => [...fields.values()].flat()));
    return own;
  }

  function isMixed(): boolean {
    return [...members.values()].some(({ fields }) => fields.size > 1);
  }

  function cells({ stream, fields }: Member, type: number | undefined, at: RecordAt): Value[] {
    const known = fields.get(type) ?? [];
    const record = type === undefined ? '' : nameOfType(stream.decoder.schema, type).replace(/^struct /, '');
    const values = ownColumns().map(({ name, type: wanted }) => {
      const field = known.find((each) => each.name === name);
      return field === undefined ? null : coerce(field.read(at), wanted);
    });
    return isMixed() ? [record, ...values] : values;
  }

  return {
    join(stream, source) {
      members.set(stream.stream, {
        stream,
        typeOf: recordTypeOf(stream.decoder.schema, source),
        fields: fieldsOf(kind, stream, source),
      });
      own = undefined;
    },
    columns: () => withPlace([...(isMixed() ? [RECORD] : []), ...ownColumns()]),
    row({ stream, base, content }, row) {
      const member = members.get(stream);
      if (member === undefined || content.kind === 'gap') return undefined;
      const start = startsOf(content)[row - base] ?? 0;
      if (start === 0) return undefined;
      const { bytes, view } = content;
      const at: RecordAt = { records: content, bytes, view, start, end: endOf(view, start), row: row - base };
      const ns = kind === 'trace' ? TRACE_FIELDS.time.value(at) : timeOf(content, row - base);
      const { wall } = member.stream.clock;
      const time = wall === undefined || typeof ns !== 'bigint' ? null : ns + wall;
      const type = member.fields.size > 1 ? member.typeOf(view, start, at.end) : [...member.fields.keys()][0];
      return [time, member.stream.hostName, ...cells(member, type, at)];
    },
  };
}

function fieldsOf(kind: Source['kind'], stream: Stream, source: Source): Member['fields'] {
  if (kind === 'trace') {
    const { comm, pid, cpu, text } = TRACE_FIELDS;
    const fields: TypedField[] = [
      { name: 'comm', type: 'text', read: comm.value },
      { name: 'pid', type: 'uint32', read: pid.value },
      { name: 'cpu', type: 'uint32', read: cpu.value },
      { name: 'text', type: 'text', read: (at) => String(text.value(at) ?? '').replace(/\n$/, '') },
    ];
    return new Map([[undefined, fields]]);
  }
  if (kind === 'text')
    return new Map([[undefined, [{ name: 'text', type: 'text', read: LINE_FIELD.value }]]]);
  if (source.records.length === 0) {
    const read = ({ bytes, start, end }: RecordAt): Value => hexOf(bytes, start, end);
    return new Map([[undefined, [{ name: 'bytes', type: 'text', read }]]]);
  }
  const { schema } = stream.decoder;
  return new Map(
    source.records.map(({ type }) => [
      type,
      memberColumns(schema, type, 'value').map((member) =>
        fieldOfMember(member, fieldOf(schema, member.leaf)),
      ),
    ]),
  );
}

function fieldOfMember({ name, type, convert }: MemberColumn, field: RecordField): TypedField {
  return { name, type, read: (at) => convert(field.value(at)) };
}
