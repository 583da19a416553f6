/**
 * What the probes that ship, and fixtures of the shapes that libbpf-tools and libbpf-bootstrap have, are proposed to be looked at as.
 * A line a source, in the order of the tabs: how much it has to say, its views, the best first, with what each shows.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { inferViews } from '@probepad/protocol/views/infer-views';
import type { View } from '@probepad/protocol/views/view';
import { compiled, testCompiler } from '../../host-agent/src/compile/testing.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');

let own: Awaited<ReturnType<typeof testCompiler>>;
before(async () => {
  own = await testCompiler();
});
after(() => own[Symbol.asyncDispose]());

async function viewsIn(file: string): Promise<string[]> {
  const text = readFileSync(join(CHECKOUT, file), 'utf8');
  const outcome = compiled(await own.compiler.compile({ files: [{ name: 'probe.bpf.c', text }], flags: [] }));
  return inferViews(outcome.schema).map(
    ({ source, interest, views }) => `${source} (${interest}): ${views.map(wordsOf).join(', ')}`,
  );
}

/** `chart delta|bytes~ by comm`: measures, gauges with a tilde, then what they can be split by. */
function wordsOf(view: View): string {
  const words: string[] = [view.kind];
  if ('slots' in view) words.push(...view.slots.map((slots) => `${slots.in}:${slots.column}`));
  if ('stacks' in view) {
    const { stacks } = view;
    words.push(
      ...(stacks.from === 'ids'
        ? [...stacks.ids.map(({ column, space }) => `${space}:${column}`), `of ${stacks.stackMaps.join('|')}`]
        : stacks.lists.map(({ column, space, size }) => `${space}:${column}/${size}`)),
    );
  }
  if ('ends' in view) words.push(...view.ends.map(({ from, to }) => `${from}→${to}`));
  if ('measures' in view && view.measures.length > 0) {
    words.push(
      view.measures
        .map(({ column, growth }) => `${column || 'value'}${growth === 'gauge' ? '~' : ''}`)
        .join('|'),
    );
  }
  if ('splits' in view && view.splits.length > 0) words.push(`by ${view.splits.join('|')}`);
  return words.join(' ');
}

/** By the probe's folder. */
const TEMPLATES: Record<string, string[]> = {
  execsnoop: [
    'events (result): table, chart by comm|filename|args|pid|uid, bars by comm|filename|args|pid|uid',
  ],
  hello: ['trace (result): table, log, chart by comm|pid|cpu, bars by comm|pid|cpu'],
  opensnoop: [
    'events (result): table, chart by comm|path|pid|uid|ret, bars by comm|path|pid|uid|ret',
    'started (working): table',
  ],
  readlat: [
    'slow_reads (result): table, chart latency_ns by comm|file|ret|pid, bars latency_ns by comm|file|ret|pid, heatmap latency_ns, histogram latency_ns',
    'latency (result): histogram value:slots, heatmap value:slots, table',
    'started (working): table',
  ],
  offcpu: [
    'offcpu (result): flame user:user_stack_id kernel:kernel_stack_id of stacks offcpu_ns|times by comm|tgid|tid, bars offcpu_ns|times, table, chart offcpu_ns|times',
    'stacks (working): table',
    'started (working): table',
  ],
  profile: [
    'samples (result): flame user:user_stack_id kernel:kernel_stack_id of stacks value by comm|tgid, bars value, table, chart value',
    'stacks (working): table',
  ],
  tcpflow: [
    'flows (result): table, chart open_ns~ by comm|pid|dport|saddr|daddr, bars open_ns~ by comm|pid|dport|saddr|daddr, heatmap open_ns~, histogram open_ns~, topology saddr→daddr open_ns~',
    'sockets (working): table',
  ],
  runqlat: [
    'waits (result): histogram value:slots, heatmap value:slots, table',
    'ready (working): table, bars value, chart value',
  ],
  rwsize: [
    'events (result): table, chart moved by comm|direction|pid, bars moved by comm|direction|pid, heatmap moved, histogram moved',
    'sizes (result): histogram value:slots, heatmap value:slots, table',
    '.data (aside): values, chart min_bytes~, number min_bytes~',
    '.bss (aside): values, chart calls|bytes|rows, number calls|bytes|rows',
  ],
  syscount: ['counts (result): bars value, table, chart value'],
  syslat: [
    'slow (result): table, chart latency_ns by comm|ret|pid|syscall_nr, bars latency_ns by comm|ret|pid|syscall_nr, heatmap latency_ns, histogram latency_ns',
    'latency (result): histogram value:slots, heatmap value:slots, table',
    'totals (result): number calls|slowest_ns~|failed, table, chart calls|slowest_ns~|failed',
    'by_command (result): bars calls|total_ns, table, chart calls|total_ns',
    'started (working): table',
  ],
  tcpconnect: [
    'events (result): table, chart by comm|pid|uid|dport|daddr|saddr6|daddr6, bars by comm|pid|uid|dport|daddr|saddr6|daddr6, topology saddr→daddr saddr6→daddr6',
    'connecting (working): table',
  ],
  'xdp-count': ['traffic (result): bars packets|bytes, table, chart packets|bytes'],
};

const SHAPES: Record<string, string[]> = {
  'maps.bpf.c': [
    'hists (result): histogram value:slots, heatmap value:slots, table',
    'runq (result): histogram value:slots, heatmap value:slots, table',
    'io_by_stack (result): histogram value:slots, heatmap value:slots, flame kernel:kern_stack/kern_stack_size by pid, table',
    'latency (result): histogram value:slots, heatmap value:slots, table',
    'latency_hist (result): histogram entries:, heatmap entries:, table',
    'info (result): flame user:user_stack_id kernel:kern_stack_id of stackmap delta by pid|tgid, bars delta, table, chart delta',
    'flows (result): topology saddr→daddr sent|received, bars sent|received, table, chart sent|received',
    'wakeups (result): topology waker→target value, bars value, table, chart value',
    'counts (result): bars bytes|us|io, table, chart bytes|us|io',
    'steps (result): bars sent|received, table, chart sent|received',
    'stat_map (result): bars acq_total_time|acq_max_time~|acq_count, table, chart acq_total_time|acq_max_time~|acq_count',
    'packets (result): number value, table, chart value',
    'per_queue (result): chart sent|received, table, bars sent|received',
    'queue_length (result): bars value~, table, chart value~',
    'tagged (result): chart depth~|total, bars depth~|total, table',
    'holders (aside): table',
    'labels (aside): table',
    'start (working): table, bars value, chart value',
    'start_requests (working): table, bars data_len~, chart data_len~',
    'of_thread (working): table',
    'wanted (working): table, bars value, chart value',
    'stackmap (working): table',
  ],
  'streams.bpf.c': [
    'slower (result): table, chart delta_us|size~ by task|file|pid|op, bars delta_us|size~ by task|file|pid|op, heatmap delta_us|size~, histogram delta_us|size~',
    'connections (result): table, chart by task|af|pid|dport|saddr|daddr, bars by task|af|pid|dport|saddr|daddr, topology saddr→daddr',
    'samples (result): flame kernel:kstack/kstack_sz user:ustack/ustack_sz by comm|pid, table, chart by comm|pid, bars by comm|pid',
    'starts_seen (result): table, chart by comm|pid, bars by comm|pid',
    '.data.lists (result): histogram list:hists, heatmap list:hists, values',
    '.data.hist (result): histogram value:hist, heatmap value:hist, values',
    'trace (result): table, log, chart by comm|pid|cpu, bars by comm|pid|cpu',
    'list (result): log, table, chart',
    '.bss.cache (aside): values, chart total|misses, number total|misses',
    '.bss.stats (aside): values, chart stats, number stats',
    '.bss.zero (working): values',
  ],
};

for (const template of readdirSync(join(CHECKOUT, 'bpf-templates'))) {
  test(`the views of the template ${template}`, async () => {
    assert.deepEqual(await viewsIn(`bpf-templates/${template}/${template}.bpf.c`), TEMPLATES[template]);
  });
}

for (const [file, views] of Object.entries(SHAPES)) {
  test(`the views of the shapes in ${file}`, async () => {
    assert.deepEqual(await viewsIn(`test/contract/shapes/${file}`), views);
  });
}
