import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '@probepad/protocol/values/value';
import type { ColumnFacts } from './columns.ts';
import { compileCondition } from './compile.ts';
import { readFilter } from './read-filter.ts';
import { FilterError } from './syntax.ts';

type Row = Record<string, Value>;

const COLUMNS = new Map<string, ColumnFacts>(
  (
    [
      { name: 'pid', kind: 'number' },
      { name: 'bytes', kind: 'number', unit: { dimension: 'bytes', size: 1n } },
      { name: 'dur', kind: 'number', unit: { dimension: 'time', size: 1n } },
      { name: 'dur_us', kind: 'number', unit: { dimension: 'time', size: 1000n } },
      { name: 'kib', kind: 'number', unit: { dimension: 'bytes', size: 1024n } },
      { name: 'comm', kind: 'text' },
      { name: 'a.b', kind: 'number' },
      { name: 'per second', kind: 'number' },
      { name: 'ok', kind: 'flag' },
      { name: 'daddr', kind: 'address' },
      { name: 'addr6', kind: 'address' },
      { name: 'time', kind: 'clock' },
      {
        name: 'state',
        kind: 'number',
        names: new Map([
          ['OPEN', 1n],
          ['CLOSED', 2n],
        ]),
      },
      { name: 'ret', kind: 'number', words: true },
    ] satisfies ColumnFacts[]
  ).map((facts) => [facts.name, facts]),
);

/** What a cell shows, where it is not the value itself. */
const SHOWN: Record<string, string> = { 'ret -2': '-2 ENOENT', 'state 1': 'OPEN' };

function fits(text: string, row: Row): boolean {
  const filter = readFilter(text, COLUMNS);
  assert.equal(filter.kind, 'condition', `“${text}” is an expression`);
  if (filter.kind !== 'condition') return false;
  const shown = (name: string, each: Row): string => SHOWN[`${name} ${each[name]}`] ?? String(each[name]);
  return compileCondition<Row>(
    filter.condition,
    (name) => ({ value: (each) => each[name] ?? null, text: (each) => shown(name, each) }),
    (wanted) => (each) => Object.keys(each).some((name) => shown(name, each).toLowerCase().includes(wanted)),
  )(row);
}

function problem(text: string): FilterError['problem'] {
  try {
    readFilter(text, COLUMNS);
  } catch (thrown) {
    assert.ok(thrown instanceof FilterError, String(thrown));
    return thrown.problem;
  }
  throw new Error(`“${text}” has no problem`);
}

const ROW: Row = {
  pid: 42,
  bytes: 5000,
  dur: 1_500_000n,
  dur_us: 1500,
  comm: 'nginx',
  'a.b': 7,
  'per second': 2.5,
  ok: true,
  daddr: 0x0a000203,
  addr6: [0xfe, 0x80, ...Array<number>(13).fill(0), 1],
  time: '14:05:30.123',
  state: 1,
  ret: -2,
};

test('conditions are decided as they read', () => {
  const yes = [
    'pid == 42 && dur > 1ms',
    'pid=42',
    'pid in (1, 42)',
    '!(pid == 1)',
    'not pid == 1 and pid < 50',
    'pid == 1 || comm == "nginx"',
    'comm == nginx',
    'comm != bash',
    'comm ~ "GIN"',
    'comm ~ /^n.*x$/',
    'comm !~ /bash|sh/',
    'comm ~ "gin" && pid == 42',
    'comm ~ gin && comm ~ /x$/ && pid == 42',
    '`per second` > 2',
    'a.b >= 7',
    'dur == 1.5ms',
    'dur_us == 1.5ms',
    'dur_us > 1499999ns',
    'dur_us < 0.1s',
    'bytes > 4KiB && bytes < 5.1kB',
    'pid * 2 + 1 == 85',
    'pid % 5 == 2',
    '(pid + 8) / 10 == 5',
    'pid & 2 == 2',
    'pid & 2',
    '!(pid & 4) && pid & 8',
    '-pid < 0',
    '42 == pid',
    '0x2a == pid',
    'ok && pid > 1',
    'ok == true',
    'daddr == 10.0.2.3',
    'daddr in 10.0.0.0/8',
    'daddr != 192.168.0.0/16',
    'daddr in (192.168.0.0/16, 10.0.2.0/24)',
    'addr6 in fe80::/10',
    'addr6 == fe80::1',
    'time >= 14:05 && time < 14:06',
    'time > 9:00',
    'state == OPEN',
    'state != CLOSED',
    'ret == -2',
    'ret ~ ENOENT',
    'ret == "-2 ENOENT"',
    'dur > pid',
    '"ngi" && pid == 42',
  ];
  for (const text of yes) assert.equal(fits(text, ROW), true, text);
  const no = [
    'pid == 41',
    'dur < 1ms',
    'comm ~ "x$"',
    '!ok',
    'daddr in 10.0.2.0/31',
    'state == CLOSED',
    'comm == NGINX',
    'pid / 0 == 1',
    '"bash" && pid == 42',
    'comm ~ "gin" && pid == 41',
    'comm !~ bash && pid == 41',
  ];
  for (const text of no) assert.equal(fits(text, ROW), false, text);
});

test('numbers of 64 bits are told apart to the last', () => {
  const row = { ...ROW, dur: 2n ** 63n + 1n };
  assert.equal(fits(`dur == ${2n ** 63n + 1n}`, row), true);
  assert.equal(fits(`dur == ${2n ** 63n}`, row), false);
  assert.equal(fits(`dur - 1 == ${2n ** 63n}`, row), true);
});

test('arithmetic keeps the units of columns and literals', () => {
  // 1.5 ms, 5000 bytes, 1500 us, 3 KiB.
  const row = { ...ROW, kib: 3 };
  const yes = [
    'dur_us / 2 == 750us',
    'dur_us / 2 > 0.7ms',
    '2 * dur_us == 3ms',
    'dur_us * 2 > 2.9ms && dur_us * 2 < 3.1ms',
    'dur_us + 0us > 1ms',
    'dur_us - 1ms == 500us',
    'dur_us + 250ns == 1500250ns',
    'dur_us == dur',
    'dur_us + dur == 3ms',
    'dur - dur_us == 0',
    'dur_us % 1ms == 500us',
    'dur_us / dur == 1',
    '(dur_us + 1ms) / dur > 1.6',
    'kib + 1KiB == 4KiB',
    'kib * 2 > bytes',
    'bytes - kib == 1928B',
    '1s / 4 > dur_us',
    '-dur_us < -1ms',
    'dur_us * 1.1 == 1.65ms',
    'dur_us & 1024',
    'dur_us & 1ms == 456us',
    'bytes / dur > 3MB / 1s && bytes / dur < 4MB / 1s',
    'pid / dur_us > 27k / 1s',
    // Bare numbers, and columns without a unit, count what stands beside them.
    'dur_us / 2 == 750',
    'dur_us + 500 == 2ms',
    'dur_us - pid == 1458us',
    'pid * 1000000 > 1ms',
  ];
  for (const text of yes) assert.equal(fits(text, row), true, text);
  const no = [
    'dur_us / 2 > 1ms',
    '2 * dur_us > 3ms',
    'dur_us + 0us > 1.5ms',
    'kib + 1KiB > 4KiB',
    'dur_us > dur',
  ];
  for (const text of no) assert.equal(fits(text, row), false, text);
  const large = { ...ROW, dur_us: 2n ** 62n + 1n };
  assert.equal(fits(`dur_us * 2 == ${2n ** 63n + 2n}us`, large), true);
  assert.equal(fits(`dur_us * 2 == ${2n ** 63n}us`, large), false);
  assert.equal(fits(`dur_us + 1ns > ${2n ** 62n + 1n}us`, large), true);
});

test('what is measured apart is neither added nor multiplied', () => {
  const cases: [string, string, RegExp, RegExp][] = [
    ['dur + bytes > 5', 'bytes', /this is bytes.*a time/, /bytes with bytes/],
    ['dur * 2 > 1KiB', '1KiB', /this is bytes.*a time/, /times with times/],
    ['bytes > dur', 'dur', /this is a time.*bytes/, /./],
    ['dur_us * dur > 5', 'dur_us * dur', /a time times a time has no unit/, /dur \* 2/],
    ['bytes * dur > 1ms', 'bytes * dur', /bytes times a time/, /plain number/],
    ['bytes / dur > 1KiB', '1KiB', /this is bytes.*bytes per time/, /./],
    ['dur_us + dur > 500', '500', /needs a unit/, /1\.5ms/],
    ['2ms * pid > 500', '500', /needs a unit/, /1\.5ms/],
    ['(dur_us + dur) & 4us != 0', 'dur_us + dur) & 4us', /bits/, /flags & 2/],
  ];
  for (const [text, where, message, remedy] of cases) {
    const found = problem(text);
    assert.match(found.message, message, text);
    assert.match(found.remedy, remedy, text);
    assert.equal(text.slice(found.start, found.end), where, text);
  }
});

test('a row without the column fits no condition on it', () => {
  for (const text of ['pid == 0', 'pid != 1', 'pid < 5', 'comm != x', 'daddr != 10.0.0.0/8', 'pid + 1 > 0']) {
    assert.equal(fits(text, { comm: null, pid: null, daddr: null }), false, text);
  }
});

test('a text stays a text', () => {
  const texts = [
    'nginx',
    '<b>x',
    '/usr/bin && x',
    'a/b',
    'foo-bar',
    'std::vector',
    'foo=bar',
    '10.0.0.1',
    'sleep in (3)',
    'sleep & 2',
    'a, b',
    '"pid == 42"',
    "it's",
  ];
  for (const text of texts) assert.equal(readFilter(text, COLUMNS).kind, 'text', text);
  assert.deepEqual(readFilter('"PID == 42"', COLUMNS), { kind: 'text', text: 'pid == 42' });
  assert.deepEqual(readFilter('  ', COLUMNS), { kind: 'all' });
});

test('what is wrong is told with its place and a remedy', () => {
  const cases: [string, string, RegExp, RegExp][] = [
    ['pdi == 42', 'pdi', /no column pdi/, /Did you mean pid/],
    ['pid == ', '', /value is missing/, /pid == 42/],
    ['pid == 42 &&', '', /missing/, /./],
    ['pid == 42 43', '43', /goes on/, /&&/],
    ['(pid == 42', '', /“\)” is missing/, /Close/],
    ['dur > 1KiB', '1KiB', /measured in time/, /ms/],
    ['dur > 1parsec', 'parsec', /no unit/, /KiB/],
    ['pid == nginx', 'nginx', /pid is a number/, /quotes/],
    ['state == OPNE', 'OPNE', /no value OPNE/, /OPEN/],
    ['comm == "x', '"x', /not closed/, /"/],
    ['comm ~ /a(/', '(', /\) is missing/, /Patterns/],
    ['daddr == 300.1.1.1', '300.1.1.1', /no address/, /10\.0/],
    ['daddr < 10.0.0.1', '10.0.0.1', /no order/, /prefix/],
    ['pid > 1 ; pid', ';', /nothing here/, /quotes/],
    ['pid > "abc"', '"abc"', /number/, /number/],
    [`${'('.repeat(80)}pid > 1`, '(', /deeply/, /./],
    [`pid == 1${' || pid == 1'.repeat(500)}`, '', /too long/, /characters/],
  ];
  for (const [text, where, message, remedy] of cases) {
    const found = problem(text);
    assert.match(found.message, message, text);
    assert.match(found.remedy, remedy, text);
    if (where !== '') assert.equal(text.slice(found.start, found.end), where, text);
    assert.ok(found.start <= text.length && found.end >= found.start, text);
  }
});

test('a filter that was made to be hard to read is read, and one that is too long is none', () => {
  const words = `${'not   '.repeat(300)}@`;
  assert.deepEqual(readFilter(words, COLUMNS), { kind: 'text', text: words });
  const spaces = `a${' '.repeat(1900)}@`;
  assert.deepEqual(readFilter(spaces, COLUMNS), { kind: 'text', text: spaces });
  assert.match(problem(`a${' '.repeat(8000)}@`).message, /too long/);
});
