/**
 * The measurements, side by side with what people use today, as ratios of one run. Writes docs/BENCHMARKS.md.
 *
 *   npm run bench [-- --rounds 5] [--only first,ring,map,row,rate,memory,table,charts] [--minutes 10]
 *
 * With --only the rows of the others stay as they are in the document.
 */
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { cpus, loadavg, release } from 'node:os';
import { parseArgs } from 'node:util';
import { startStack } from '../stack/stack.ts';
import { measureBrowserMemory } from './browser-memory.ts';
import { measureBrowserRate, OFFERED } from './browser-rate.ts';
import { measureCharts } from './charts.ts';
import { measureFirstEvent } from './first-event.ts';
import { measureFirstRow } from './first-row.ts';
import { measureMapSnapshot } from './map-snapshot.ts';
import { buildFixtures } from './measure.ts';
import { type Row, writeReport } from './report.ts';
import { measureRing } from './ring.ts';
import { measureTable } from './table-scroll.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
/** Asked for alone it goes on as long as the goal says. */
const minutes = Number(values.minutes ?? (values.only === 'memory' ? 10 : 1.5));

const fixtures = await buildFixtures();
const stack = await startStack({ app: true });
const million = (value: number): string => `${(value / 1e6).toFixed(2)} M/s`;

const BENCHES: Record<string, () => Promise<Row[]>> = {
  async first() {
    const first = await measureFirstEvent(stack, fixtures, rounds);
    return [
      {
        what: 'Source to first event, warm, against bpftrace with arguments',
        figures: `${first.probepadMs.toFixed(0)} ms, bpftrace ${first.bpftraceMs.toFixed(0)} ms`,
        ratio: `${first.ratio.toFixed(2)} ×`,
        goal: 'at most 0.75 ×',
        holds: first.ratio <= 0.75,
      },
      {
        what: 'The same with a file of another name each time, for which no compiler stands by',
        figures: `${first.unpreparedMs.toFixed(0)} ms, bpftrace ${first.bpftraceMs.toFixed(0)} ms`,
        ratio: `${first.unpreparedRatio.toFixed(2)} ×`,
        goal: '',
        holds: true,
      },
    ];
  },
  async ring() {
    const ring = await measureRing(stack, fixtures, Math.min(rounds, 3), 3);
    return [
      {
        what: 'Ring buffer to hub, one process in a tight loop, against bpftrace printf to a file',
        figures: `${million(ring.probepad)}, bpftrace ${million(ring.bpftrace)}`,
        ratio: `${ring.overBpftrace.toFixed(0)} ×`,
        goal: 'at least 30 ×',
        holds: ring.overBpftrace >= 30,
      },
      {
        what: 'The same, against ring_buffer__poll of libbpf',
        figures: `${million(ring.probepad)}, libbpf ${million(ring.polling)}; any reader at most ${ring.boundOverPolling.toFixed(1)} ×, were wakeups free`,
        ratio: `${ring.overPolling.toFixed(1)} ×`,
        goal: 'at least 5 ×',
        holds: ring.overPolling >= 5,
      },
      {
        what: 'Events lost before the hub in those rounds',
        figures: String(ring.lost),
        ratio: '',
        goal: 'none',
        holds: ring.lost === 0,
      },
      {
        what: 'Rate of the traced program, against the same probe without wakeups',
        figures: `${million(ring.probepad)}, without wakeups ${million(ring.withoutWakeups)}, untraced ${million(ring.untraced)}`,
        ratio: `${ring.overWithoutWakeups.toFixed(2)} ×`,
        goal: 'at least 0.9 ×',
        holds: ring.overWithoutWakeups >= 0.9,
      },
    ];
  },
  async map() {
    const map = await measureMapSnapshot(stack, fixtures, rounds);
    return [
      {
        what: 'Map of 100,000 entries to typed arrays in Chromium, against bpftool -j and a parse',
        figures: `${map.probepadMs.toFixed(0)} ms, bpftool ${map.bpftoolMs.toFixed(0)} ms`,
        ratio: `${map.ratio.toFixed(1)} × faster`,
        goal: 'at least 15 ×',
        holds: map.ratio >= 15,
      },
    ];
  },
  async row() {
    const row = await measureFirstRow(stack, rounds);
    return [
      {
        what: 'Click on Run to the first row on the page, warm',
        figures: `${row.toFixed(0)} ms`,
        ratio: '',
        goal: 'at most 1000 ms',
        holds: row <= 1000,
      },
    ];
  },
  async rate() {
    const { rate, workerNs, jsonRate, overJson, full, typing } = await measureBrowserRate(
      stack,
      fixtures,
      Math.min(rounds, 3),
      6,
    );
    const before = full.kernel + full.agent + full.hub;
    return [
      {
        what: 'Events of 48 bytes read in the page, beside a table and a histogram, against JSON.parse alone',
        figures: `${million(rate)}, JSON.parse ${million(jsonRate)}; ${workerNs.toFixed(0)} ns of the worker's processor time each`,
        ratio: `${overJson.toFixed(1)} ×`,
        goal: 'at least 1.5 M/s',
        holds: rate >= 1_500_000,
      },
      {
        what: 'One process at full rate to a page: lost before the hub, and what the viewer could not take',
        figures: `${count(before)} of ${count(full.produced)}; viewer ${count(full.viewer)}, counted`,
        ratio: '',
        goal: 'none, sums whole',
        holds: before === 0 && full.produced === full.delivered + full.viewer,
      },
      {
        what: `Key or click to the frame that shows it, 98 of 100, while ${million(OFFERED)} come, against an idle page`,
        figures: `${typing.inputMs.toFixed(0)} ms, idle ${typing.quietInputMs.toFixed(0)} ms; ${million(typing.rate)} read meanwhile`,
        ratio: `${(typing.inputMs / typing.quietInputMs).toFixed(1)} ×`,
        goal: 'under 100 ms',
        holds: typing.inputMs < 100,
      },
    ];
  },
  async memory() {
    const memory = await measureBrowserMemory(stack, fixtures, minutes);
    const { counts } = memory;
    const lost = counts.produced - counts.delivered;
    return [
      {
        what: `A tab at 50,000 events a second for ${memory.minutes} min: its own memory at most, and the resident set against that of the empty tab`,
        figures: `${memory.privateMiB.toFixed(0)} MiB its own; ${memory.residentMiB.toFixed(0)} resident, empty ${memory.emptyMiB.toFixed(0)}; ${count(counts.delivered)} events, ${count(lost)} dropped and counted`,
        ratio: `${(memory.residentMiB / memory.emptyMiB).toFixed(1)} ×`,
        goal: 'under 500 MB',
        holds: memory.privateMiB * 1.048576 < 500,
      },
    ];
  },
  async table() {
    const table = await measureTable(stack, fixtures, Math.min(rounds, 3));
    return [
      {
        what: 'A million rows scrolled, against the frames of an almost empty page',
        figures: `${table.framesPerSecond.toFixed(0)} frames/s, empty page ${table.emptyPage.toFixed(0)}; ${table.blank} blank; ${table.frameCpuMs.toFixed(1)} ms of the page's processor time each`,
        ratio: `${table.overEmptyPage.toFixed(2)} ×`,
        goal: 'at least 55/s',
        holds: table.framesPerSecond >= 55,
      },
      {
        what: 'A new filter on a million rows, key to the count of all that fit',
        figures: `${table.filterMs.toFixed(0)} ms, slowest ${table.slowestFilterMs.toFixed(0)} ms; ${table.filterCpuMs.toFixed(0)} ms of the worker's processor time`,
        ratio: '',
        goal: 'under 150 ms',
        holds: table.filterMs < 150,
      },
    ];
  },
  async charts() {
    const charts = await measureCharts(stack, fixtures);
    return [
      {
        what: `A frame that draws ${charts.charts} live charts of ${count(charts.points)} points`,
        figures: `${charts.frameMs.toFixed(1)} ms, 95 of 100 within ${charts.frameMs95.toFixed(1)} ms (${charts.frames} frames); ${charts.frameCpuMs.toFixed(1)} ms of the page's processor time, keys and all`,
        ratio: '',
        goal: 'under 17 ms',
        holds: charts.frameMs < 17,
      },
      {
        what: 'The pointer moved over one of them, the cursor in all, against the frames of an almost empty page',
        figures: `${charts.hovering.toFixed(0)} frames/s, empty page ${charts.emptyPage.toFixed(0)}`,
        ratio: `${charts.overEmptyPage.toFixed(2)} ×`,
        goal: '',
        holds: true,
      },
    ];
  },
};

function count(value: number): string {
  return value.toLocaleString('en-US');
}

const names = values.only?.split(',') ?? Object.keys(BENCHES);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) throw new Error(`no such measurement: ${unknown}; there are ${Object.keys(BENCHES)}`);
const rows: Row[] = [];
try {
  for (const name of names) {
    const [load = 0] = loadavg();
    const own = (await BENCHES[name]?.()) ?? [];
    for (const row of own) {
      rows.push({ ...row, load });
      process.stdout.write(
        `${row.what}: ${row.figures}; ${row.ratio} (${row.goal}) ${row.holds ? 'yes' : 'NO'}; load before ${load.toFixed(1)}\n`,
      );
    }
  }
} finally {
  await stack.close();
  await rm(fixtures.folder, { recursive: true, force: true });
}

const version = (file: string, args: string[]): string =>
  // Debian's Chromium is a script that complains of small things.
  execFileSync(file, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .split('\n')[0] ?? '';
const conditions = [
  `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}`,
  `Linux ${release()}`,
  version('clang-16', ['--version']),
  version('bpftrace', ['--version']),
  version('/usr/bin/chromium', ['--version']).trim(),
  `Node ${process.version}`,
  `${rounds} rounds, the ways in turn within each round`,
];
await writeReport(rows, conditions, values.only === undefined);
