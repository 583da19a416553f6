/**
 * The ways of attaching that no template uses: a probe of probes/ each, what it is attached to, what happens then, and the rows
 * that have to come out. A check throws when a value is missing, wrong, or there twice.
 */
import assert from 'node:assert/strict';
import { eventsOf, numberOf } from '../templates/lines.ts';
import type { Line } from '../templates/probe-run.ts';

/** Where a kind is tried. */
export interface Place {
  /** The built target.c. */
  target: string;
  /** A cgroup of the test's own. */
  cgroup: string;
}

export interface AttachKind {
  name: string;
  /** Without `.bpf.c`. */
  probe: string;
  /** `--attach` each. */
  attach(place: Place): string[];
  /** What happens there: a command, or who sends 20 datagrams. */
  workload: ((place: Place) => string[]) | 'cable' | 'group';
  /** Not on this machine's kernel: what decides for the kernel, and what the kernel's own packages bring. */
  guestOnly?: true;
  check(lines: Line[], said: Map<string, string[]>): void;
}

const DATAGRAMS = 20;
const DISCARD = 9;
const RECEIVER = [10, 213, 7, 1];

/** `bytes` counts the link's header where the program sees it. */
function checkDatagrams(lines: Line[], bytes: number, destination: number[]): void {
  const expected = { bytes, destination, port: DISCARD, payload: 'probepad' };
  assert.deepEqual(eventsOf(lines, 'packets'), Array(DATAGRAMS).fill(expected));
}

function callsOf(pid: number, count: number) {
  return Array.from({ length: count }, (_, i) => ({ pid, number: i + 1, path: `/page/${i + 1}` }));
}

export const ATTACH_KINDS: AttachKind[] = [
  {
    name: 'uprobe and uretprobe',
    probe: 'uprobe',
    attach: ({ target }) => [`on_serve=${target}:serve`, `on_served=${target}:serve`],
    workload: ({ target }) => [target, 'serve', '5'],
    check(lines, said) {
      const pid = numberOf(said, 'pid');
      assert.deepEqual(eventsOf(lines, 'calls'), callsOf(pid, 5));
      assert.deepEqual(
        eventsOf(lines, 'results'),
        [10, 20, 30, 40, 50].map((result) => ({ pid, result })),
      );
    },
  },
  {
    name: 'usdt',
    probe: 'usdt',
    attach: ({ target }) => [`on_request=${target}:pp_attach:request`],
    workload: ({ target }) => [target, 'serve', '3'],
    check(lines, said) {
      const pid = numberOf(said, 'pid');
      // The probe is at two places: the arguments of the second are constants.
      const end = { pid, number: -1, path: '/end' };
      assert.deepEqual(eventsOf(lines, 'calls'), [...callsOf(pid, 3), end]);
      // usdt.bpf.h brings maps of its own, which are no results.
      const sources = lines.find((line) => line.kind === 'schema')?.sources as { name: string }[] | undefined;
      assert.deepEqual(
        sources?.map(({ name }) => name),
        ['calls'],
      );
    },
  },
  {
    name: 'perf_event',
    probe: 'perf-event',
    attach: () => ['on_sample=cpu-clock@500'],
    workload: ({ target }) => [target, 'spin', '400'],
    check(lines, said) {
      const samples = eventsOf(lines, 'samples');
      // 200, were no timer late: those of an emulated CPU are.
      assert.ok(samples.length >= 5 && samples.length <= 260, `${samples.length} samples`);
      for (const { pid, comm, cpu } of samples) {
        assert.deepEqual({ pid, comm }, { pid: numberOf(said, 'pid'), comm: 'pp-attach' });
        assert.ok(Number(cpu) < 1024, `CPU ${cpu}`);
      }
    },
  },
  {
    name: 'tc, both ways',
    probe: 'tc',
    attach: () => ['on_ingress=veth-pp', 'on_egress=veth-pp:egress'],
    workload: 'cable',
    check(lines) {
      checkDatagrams(lines, 50, RECEIVER);
      const answers = eventsOf(lines, 'answers');
      // 2 is a reply, 1 the receiver's own question when it says that the port is closed: RFC 826.
      assert.ok(answers.some(({ operation }) => operation === 2));
      for (const { bytes } of answers) assert.equal(bytes, 42);
    },
  },
  {
    name: 'xdp',
    probe: 'xdp',
    attach: () => ['on_frame=veth-pp:generic'],
    workload: 'cable',
    check: (lines) => checkDatagrams(lines, 50, RECEIVER),
  },
  {
    name: 'socket filter',
    probe: 'socket-filter',
    attach: () => ['on_packet=veth-pp'],
    workload: 'cable',
    check: (lines) => checkDatagrams(lines, 50, RECEIVER),
  },
  {
    name: 'cgroup',
    probe: 'cgroup',
    attach: ({ cgroup }) => [`on_egress=${cgroup}`],
    workload: 'group',
    check: (lines) => checkDatagrams(lines, 36, [127, 0, 0, 1]),
  },
  {
    name: 'LSM',
    probe: 'lsm',
    attach: () => [],
    // Not on an overlay, which opens the file below it too.
    workload: ({ target }) => [target, 'open', '/proc/version'],
    guestOnly: true,
    check(lines, said) {
      const opened = eventsOf(lines, 'opened').filter(({ name }) => name === 'version');
      assert.deepEqual(opened, [{ pid: numberOf(said, 'pid'), name: 'version' }]);
    },
  },
  {
    name: 'a program with __kconfig variables',
    probe: 'kconfig',
    attach: () => [],
    workload: () => ['sh', '-c', 'grep ^CONFIG_HZ= /boot/config-$(uname -r)'],
    guestOnly: true,
    check(lines, said) {
      const [built, ...more] = eventsOf(lines, 'built');
      assert.equal(built?.hz, numberOf(said, 'CONFIG_HZ'));
      // KERNEL_VERSION() of linux/version.h: the first byte is 6 or 7.
      assert.match(String(Number(built?.version) >> 16), /^[67]$/);
      for (const other of more) assert.deepEqual(other, built);
    },
  },
];
