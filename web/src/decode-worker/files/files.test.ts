import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { columnKey, type FileAnswer, type FileQuery } from '../../session/decoder.ts';
import { FakeStream, fakeSchema } from '../../session/test/fake-stream.ts';
import { createEngine, type Engine } from '../engine.ts';

const EVENTS = { run: 'r1', source: 'events', as: 'values', format: 'jsonl', filter: '' } as const;
const SHOWN = { ...EVENTS, as: 'shown', columns: ['field comm', 'field pid'] } as const;
const MAP = { ...EVENTS, source: 'syscalls' } as const;

function started(...hosts: string[]): { engine: Engine; streams: FakeStream[] } {
  const engine = createEngine(() => undefined);
  const streams = hosts.map((host, at) => {
    const stream = new FakeStream(at + 1, 1000, host);
    engine.open({ run: 'r1', host, hostName: host, stream: at + 1, schema: fakeSchema() });
    engine.clock(at + 1, String(stream.clockOffset));
    for (const frame of stream.frames(3000, true)) engine.frames(Uint8Array.from(frame).buffer);
    return stream;
  });
  return { engine, streams };
}

type NoJob<Query> = Query extends unknown ? Omit<Query, 'job'> : never;

let jobs = 0;

/** Asks as the page does, until the file is there. */
function fileOf(engine: Engine, query: NoJob<FileQuery>): { blob: Blob; answers: FileAnswer[] } {
  const job = `job ${jobs++}`;
  const answers: FileAnswer[] = [];
  for (;;) {
    const answer = engine.file({ ...query, job });
    answers.push(answer);
    if (answer.blob) return { blob: answer.blob, answers };
    assert.ok(answer.searching);
  }
}

async function linesOf(engine: Engine, query: NoJob<FileQuery>): Promise<Record<string, unknown>[]> {
  const text = await fileOf(engine, query).blob.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a file of events has their own values, newest first, and the time of each', async () => {
  const { engine } = started('local');
  const lines = await linesOf(engine, EVENTS);
  const { total } = engine.rows({ ...EVENTS, offset: 0, limit: 0 });
  assert.equal(lines.length, total);
  const [first] = lines;
  assert.deepEqual(Object.keys(first ?? {}).slice(0, 4), ['time', 'host', 'pid', 'ppid']);
  assert.match(String(first?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  assert.equal(typeof first?.dur_ns, 'number');
  assert.match(String(first?.daddr), /^10\.0\.2\.\d+$/);
  assert.match(String(first?.cgroup), /^184464\d{14}$/);
  assert.equal(Number(first?.pid), Number(lines[1]?.pid) + 1);
});

test('it holds the rows that the view shows: filtered, sorted, up to the newest one shown', async () => {
  const { engine } = started('local');
  const [newest] = await linesOf(engine, EVENTS);
  const filter = `pid < ${newest?.pid} && pid >= ${Number(newest?.pid) - 10}`;
  const filtered = await linesOf(engine, {
    ...EVENTS,
    filter,
    sort: { column: 'field pid', descending: false },
  });
  assert.deepEqual(
    filtered.map(({ pid }) => Number(newest?.pid) - Number(pid)),
    [10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
  );
  const head = engine.rows({ ...EVENTS, offset: 0, limit: 1 }).head - 5;
  assert.equal((await linesOf(engine, { ...EVENTS, head }))[0]?.pid, Number(newest?.pid) - 5);
});

test('a map’s entries are those of one snapshot, over all hosts', async () => {
  const { engine, streams } = started('one', 'two');
  const job = 'paused';
  const query = { ...MAP, format: 'csv', job } as const;
  let answer = engine.file(query);
  for (const frame of streams[0]?.frames(2000, true) ?? []) engine.frames(Uint8Array.from(frame).buffer);
  while (!answer.blob) answer = engine.file(query);
  const [head, ...rows] = (await answer.blob.text()).trimEnd().split('\r\n');
  assert.match(head ?? '', /^time,host,key,/);
  assert.equal(rows.length, engine.map({ ...MAP, offset: 0, limit: 0 }).total);
  assert.equal(new Set(rows.map((row) => row.split(',').slice(0, 2).join())).size, 2);
});

test('a file of what is shown has the cells as they are on screen, in the columns that were chosen', async () => {
  const { engine } = started('local');
  const query = { ...EVENTS, filter: 'pid % 2 == 0', offset: 0, limit: 5 };
  let window = engine.rows(query);
  while (window.searching) window = engine.rows(query);
  assert.equal(window.problem, undefined);
  assert.ok(window.total > 5, `${window.total}`);
  const lines = await linesOf(engine, { ...SHOWN, filter: query.filter, head: window.head });
  assert.equal(lines.length, window.total);
  const names = window.columns.map(({ name }) => name);
  const texts = window.rows.map(({ cells }) => [cells[names.indexOf('comm')], cells[names.indexOf('pid')]]);
  assert.deepEqual(
    lines.slice(0, 5).map((line) => Object.entries(line).map(([, value]) => String(value))),
    texts,
  );
  assert.deepEqual(Object.keys(lines[0] ?? {}), ['comm', 'pid']);
});

test('groups and the entries of a map are files of what is shown too', async () => {
  const { engine } = started('one', 'two');
  const grouped = { group: { by: ['field comm'] }, offset: 0, limit: 3 };
  let window = engine.rows({ ...EVENTS, ...grouped });
  while (window.searching) window = engine.rows({ ...EVENTS, ...grouped });
  const columns = window.columns.map(columnKey);
  const csv = await fileOf(engine, { ...SHOWN, group: grouped.group, format: 'csv', columns }).blob.text();
  const [, ...rows] = csv.trimEnd().split('\r\n');
  assert.equal(rows.length, window.total);
  assert.equal(rows[0], window.rows[0]?.cells.join(','));
  const map = engine.map({ ...MAP, offset: 0, limit: 2 });
  const entries = await linesOf(engine, {
    ...SHOWN,
    ...{ source: MAP.source, columns: map.columns.map(columnKey) },
  });
  assert.equal(entries.length, map.total);
  assert.deepEqual(Object.values(entries[0] ?? {}).map(String), map.rows[0]?.cells);
});

test('a Parquet file of a page has the types of the program', async () => {
  const { engine } = started('local');
  const { blob } = fileOf(engine, { ...EVENTS, format: 'parquet' });
  assert.equal(blob.type, 'application/vnd.apache.parquet');
  const [first] = await parquetReadObjects({ file: await blob.arrayBuffer(), rowEnd: 1 });
  assert.equal(typeof first?.dur_ns, 'bigint');
  assert.ok((first?.cgroup as bigint) > 2n ** 63n);
  assert.ok(first?.time instanceof Date);
});

test('a file is made turn by turn, so that frames have theirs', () => {
  const short = createEngine(
    () => undefined,
    undefined,
    () => ({ isOver: () => true }),
  );
  const stream = new FakeStream(1, 1000, 'local');
  short.open({ run: 'r1', host: 'local', hostName: 'local', stream: 1, schema: fakeSchema() });
  for (const frame of stream.frames(3000, false)) short.frames(Uint8Array.from(frame).buffer);
  for (const query of [EVENTS, SHOWN]) {
    const { answers } = fileOf(short, query);
    assert.ok(answers.length > 3);
    const rows = answers.map((answer) => answer.rows);
    assert.deepEqual(
      rows,
      rows.toSorted((a, b) => a - b),
    );
  }
});

test('groups are files of values as well: counts as integers, numbers as themselves', async () => {
  const { engine } = started('one', 'two');
  const group = {
    by: ['field comm', 'field pid'],
    measures: ['field dur_ns'],
    statistics: ['sum', 'p99'],
  } as const;
  const parquet = async (
    source: string,
    of: Pick<FileQuery, 'group'>,
  ): Promise<Record<string, unknown>[]> => {
    const { blob } = fileOf(engine, { ...EVENTS, ...of, source, format: 'parquet' });
    return parquetReadObjects({ file: await blob.arrayBuffer() });
  };
  const question = { ...EVENTS, group, offset: 0, limit: 1 };
  let window = engine.rows(question);
  while (window.searching) window = engine.rows(question);
  const rows = await parquet('events', { group });
  assert.equal(rows.length, window.total);
  assert.deepEqual(Object.keys(rows[0] ?? {}), ['comm', 'pid', 'count', 'sum(dur_ns)', 'p99(dur_ns)']);
  const [first] = rows;
  assert.equal(first?.comm, window.rows[0]?.cells[0]);
  assert.equal(first?.count, BigInt(window.rows[0]?.cells[2] ?? ''));
  for (const name of ['pid', 'sum(dur_ns)', 'p99(dur_ns)'])
    assert.equal(typeof first?.[name], 'number', name);

  const entries = engine.map({ ...MAP, offset: 0, limit: 1 });
  const byHost = await parquet('syscalls', { group: { by: ['host host'], measures: ['field value'] } });
  assert.deepEqual(byHost.map(({ host }) => host).sort(), ['one', 'two']);
  assert.equal(
    byHost.reduce((sum, { count }) => sum + Number(count), 0),
    entries.total,
  );
});
