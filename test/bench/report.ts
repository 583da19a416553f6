import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT } from '../stack/process.ts';

/** A row of the table in docs/BENCHMARKS.md. */
export interface Row {
  /** Names the row; words with figures in them may change. */
  what: string;
  figures: string;
  ratio: string;
  goal: string;
  holds: boolean;
  /** Of the machine when it began: processes that ran or wanted to. */
  load?: number;
}

const FILE = join(CHECKOUT, 'docs/BENCHMARKS.md');

const READING = `## How to read them

- Load is the mean number of processes that ran or wanted to in the minute before. Anything above 0.5 was not ours: on two cores, absolute figures
  of a browser, a hub, an agent and a producer that share them suffer from the first other process on. Ratios suffer less.
- Processor time is what the tab's threads had (\`/proc/PID/task/*/schedstat\`): waiting for a turn is not in it, though threads that share a core slow one another.
- First event: from the request to the first frame at a viewer, each round with a text that was never compiled before; bpftrace from its
  start to its first line. Both use the processor for nearly all of that time, ours clang and bpftrace LLVM. In the first row clang stands by
  (decision 24) since a run of a program of that name ended a second before.
- Ring buffer: the producer makes io_uring requests that do nothing, hundreds in one system call, and the probe sends two events of 8
  bytes for each. Where every event costs a system call, the system call is what is measured.
- What \`ring_buffer__poll\` loses is wakeups: the traced program pays for one (W) whenever its reader has caught up, and for none while the
  reader comes round (L). Where an event by itself costs e, draining is about 1 + W / max(L, e) times as fast, whatever the program is: \`getppid()\`
  or io_uring, 8 bytes or 48, raw tracepoints or others, one to eight events a hit all gave 3.8 to 4.4 × on a machine whose system calls take
  0.14 µs, and 2.4 to 2.9 × on one where they take 0.7 µs. The goal comes from a third, where it was 6.8 ×. Probepad runs at the rate of
  the program that never wakes anybody, so that is as far from polling as a reader can be: the row says how far it would be.
- In the browser: headless Chromium that draws in software, on the same cores as producer, loader, agent and hub. The probe is run from the
  workbench as a user would, and sends 48 bytes of seven columns for each request. While rate and memory are measured, Playwright has let go of the page: it has
  every message of every socket told to it as text, which took half a core of the browser's and a fifth of its own. Keys and clicks come
  by a connection that knows nothing else.
- Events read in the page: one process sends as many as it can for six seconds. What counts is what the page's own counters have as delivered to its
  worker, where the histogram reads a column of every single one, over those seconds. \`JSON.parse\` gets the same events as lines that are in
  memory already, and does nothing else.
- Key or click: with a run of its own, at a set rate, for two cores have no more than that flow to give to an editor. Fifty keys, and a click into the rows after every tenth, by Chromium's own Event Timing, which counts up to the
  frame's presentation and in steps of 8 ms; what it does not report took less than 16 ms. Producer, loader, agent and hub, which are on other machines where a page
  is looked at, give way to the browser with their main threads (nice 10): with equal turns for all on these two cores it is 104 to 150 ms.
- Memory: what the tab's process has and no other shares, which is what Chromium's own task manager tells of a tab, and its resident set, which
  has the browser's libraries in it, sampled every two seconds. Rows kept are bound by a million and by 176 MiB for all sources of a page, so
  what is alive levels off after some twenty seconds at this rate; what grows slowly after that is room that the collector leaves itself (after a
  collection at 2.5 minutes the resident set is 299 MiB).
- Million rows: they come over the socket, then the run ends. Scrolling moves 60 pixels in every frame and leaps over a sixth of the whole twice a
  second; the almost empty page is the same one with a box that moves and nothing else. Each filter is one that was never searched for, and is
  timed from its last key to the frame with the number of all rows that fit.
- Charts: a frame is what the page's thread does from the first callback of a frame to its hand-over. The worker sends no more points than
  there are pixels, so in this measurement its answers are replaced by ones of 20,000 points.
`;

/**
 * Writes the document. @param whole all measurements were made; else the rows of the others, and the conditions that were theirs, stay
 */
export async function writeReport(
  rows: readonly Row[],
  conditions: readonly string[],
  whole: boolean,
): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const made = rows.map(
    (row) =>
      `| ${row.what} | ${row.figures} | ${row.ratio} | ${row.goal} | ${row.goal === '' ? '' : row.holds ? 'yes' : 'NO'} | ${row.load?.toFixed(1) ?? ''} | ${today} |`,
  );
  const before = whole ? [] : await writtenRows();
  const kept = before.map((line) => made.find((row) => nameOf(row) === nameOf(line)) ?? line);
  const added = made.filter((row) => !kept.some((line) => nameOf(line) === nameOf(row)));
  const table = [
    '| what | measured (median) | ratio | goal | holds | load | on |',
    '|---|---|---|---|---|---|---|',
    ...kept,
    ...added,
  ].join('\n');
  await writeFile(
    FILE,
    `# Benchmarks

Made by \`npm run bench\`. Absolute times belong to one machine; the ratios are of runs that took turns on it.

${table}

Conditions: ${conditions.join('; ')}.

${READING}`,
  );
  execFileSync(join(CHECKOUT, 'node_modules/.bin/biome'), ['format', '--write', FILE]);
}

async function writtenRows(): Promise<string[]> {
  const text = await readFile(FILE, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => /^\| (?!what\b|-)/.test(line));
}

/** Without the figures in it: how many minutes it was is no other row. */
function nameOf(line: string): string {
  return (line.split('|')[1] ?? '').trim().replace(/\d[\d.,]* min/, 'min');
}
