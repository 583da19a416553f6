import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunStatus } from '@probepad/protocol/control/run';
import { FRAME_FLAGS, framesOf } from '@probepad/protocol/frames';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import type { Output } from './output.ts';
import { peopleReport } from './people-report.ts';

const STATUS: RunStatus = {
  run: 'r',
  host: 'h',
  stream: 1,
  state: 'running',
  diagnostics: [],
  programs: [],
  timing: {},
  remarks: [],
  started: 0,
};

function outputInto(lines: string[]): Output {
  return {
    line: (text) => lines.push(text),
    text: () => {},
    hasRoom: () => true,
    onRoom: () => {},
    onGone: () => {},
    flush: () => Promise.resolve(),
  };
}

/** Lines printed for one trace line that was written a second after the host started, in 2026. */
function printed(statusFirst: boolean): string[] {
  const lines: string[] = [];
  const output = outputInto(lines);
  const report = peopleReport(output, () => {}, 1);
  const schema = sampleSchema({ sources: [sampleSource({ kind: 'trace', name: 'trace' })] });
  const status = { ...STATUS, clockOffset: String(BigInt(Date.UTC(2026, 10, 21, 12)) * 1_000_000n) };
  if (statusFirst) report.status('h', status);
  report.schema('h', schema, undefined);
  if (!statusFirst) report.status('h', status);
  // A status without the clock takes nothing back.
  report.status('h', STATUS);
  const line = new Uint8Array(28 + 2);
  new DataView(line.buffer).setBigUint64(0, 1_000_000_000n, true);
  line.set(new TextEncoder().encode('hi'), 28);
  const message = sampleMessage({ kind: 'trace' }, sampleRecord(line));
  for (const frame of framesOf(new Uint8Array(message), 1 << 20)) report.frame('h', frame);
  return lines;
}

test("a trace line has the host's time of day, whether its clock or its schema came first", () => {
  for (const statusFirst of [true, false]) {
    const row = printed(statusFirst).at(-1) ?? '';
    assert.match(row, /^12:00:01\.000 .*hi$/);
  }
});

test('a remark is told while the run goes on, and once', () => {
  const notices: string[] = [];
  const report = peopleReport(outputInto([]), (line) => notices.push(line), 1);
  const status = { ...STATUS, remarks: ['the CPU budget is not enforced'] };
  const told = (): number => notices.filter((line) => line.includes('not enforced')).length;
  report.status('h', status);
  assert.equal(told(), 1);
  report.status('h', status);
  report.ended('h', { ...status, state: 'ended', reason: 'stopped' }, undefined);
  assert.equal(told(), 1);
});

test('of a queue only the head is known, and the heading says so', () => {
  const heading = (mapType: string, flags: number): string | undefined => {
    const lines: string[] = [];
    const report = peopleReport(outputInto(lines), () => {}, 1);
    const source = sampleSource({ kind: 'map', name: 'jobs', mapType, valueSize: 8 });
    report.schema('h', sampleSchema({ sources: [source] }), undefined);
    for (const frame of framesOf(
      new Uint8Array(sampleMessage({ kind: 'map', flags }, new Uint8Array(8))),
      64,
    ))
      report.frame('h', frame);
    report.ended('h', STATUS, undefined);
    return lines.find((line) => line.includes('jobs'))?.trim();
  };
  const partial = 3 | FRAME_FLAGS.partial;
  assert.equal(heading('queue', partial), 'jobs (1 entry, the next to be popped, the kernel shows no other)');
  assert.equal(heading('hash', partial), 'jobs (1 entry, partly read)');
  assert.equal(heading('queue', 3), 'jobs (1 entry)');
});
