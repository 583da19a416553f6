/**
 * What each template's workload does, and what the probe has to say of it: the same on every machine. A check throws when
 * a value is missing, wrong, or there twice.
 */
import assert from 'node:assert/strict';
import { type Data, entryValue, eventsOf, numberOf, textOf } from './lines.ts';
import type { Line } from './probe-run.ts';

export interface Expectation {
  template: string;
  /** Kernel features that the template needs. */
  needs: ('kprobe' | 'xdp')[];
  /** Options of `probepad run`. */
  options: string[];
  check(lines: Line[], said: Map<string, string[]>): void;
}

export const EXPECTATIONS: Expectation[] = [
  {
    template: 'hello',
    needs: [],
    options: [],
    check(lines, said) {
      const pid = numberOf(said, 'pid');
      const traces = lines.filter(({ kind, text }) => kind === 'trace' && /pp-hello/.test(String(text)));
      assert.deepEqual(
        traces.map(({ text, pid }) => ({ text, pid })),
        [{ text: `hello, pp-hello (pid ${pid})`, pid }],
      );
      // The kernel keeps names apart from trace lines, and not those of every process that was short.
      assert.ok(['pp-hello', ''].includes(String(traces[0]?.comm)), `the name ${traces[0]?.comm}`);
    },
  },
  {
    template: 'execsnoop',
    needs: [],
    options: [],
    check(lines, said) {
      const filename = textOf(said, 'filename');
      assert.deepEqual(
        eventsOf(lines, 'events').filter(({ comm }) => /^pp-(exec|missing)$/.test(String(comm))),
        [
          {
            pid: numberOf(said, 'pid'),
            ppid: numberOf(said, 'ppid'),
            uid: numberOf(said, 'uid'),
            comm: 'pp-exec',
            filename,
            args: `${filename} -c : first second word`,
          },
        ],
      );
    },
  },
  {
    template: 'opensnoop',
    needs: [],
    options: [],
    check(lines, said) {
      const folder = textOf(said, 'folder');
      const pid = numberOf(said, 'pid');
      const opened = (name: string): Data => {
        const found = eventsOf(lines, 'events').filter(
          ({ comm, path }) => comm === 'pp-open' && path === `${folder}/${name}`,
        );
        assert.equal(found.length, 1, `opens of ${name} by pp-open`);
        return found[0] ?? {};
      };
      const input = opened('input');
      assert.equal(input.pid, pid);
      assert.equal(input.uid, numberOf(said, 'uid'));
      assert.ok(Number(input.ret) > 2, `descriptor ${input.ret}`);
      // O_RDONLY; O_WRONLY | O_CREAT | O_TRUNC: include/uapi/asm-generic/fcntl.h in the kernel's source.
      assert.equal(Number(input.flags) & 0o3, 0);
      assert.equal(Number(opened('output').flags) & 0o1103, 0o1101);
      assert.equal(opened('missing').ret, -2);
    },
  },
  {
    template: 'rwsize',
    needs: [],
    options: [],
    check(lines) {
      const moved = eventsOf(lines, 'events').filter(({ comm }) => comm === 'pp-rwsize');
      const count = (direction: string, bytes: number): number =>
        moved.filter((event) => event.direction === direction && event.moved === bytes).length;
      assert.deepEqual(
        [count('READS', 8192), count('WRITES', 8192), count('READS', 102_400), count('WRITES', 102_400)],
        [50, 50, 1, 1],
      );
      // 8 KiB have slot 8; 100 KiB are over the last.
      const { slots } = entryValue(lines, 'sizes', () => true) as { slots: number[] };
      assert.ok((slots[8] ?? 0) >= 100 && (slots[31] ?? 0) >= 2, `slots ${slots}`);
    },
  },
  {
    template: 'syscount',
    needs: [],
    options: [],
    check(lines, said) {
      const calls = numberOf(said, 'calls');
      const count = Number(entryValue(lines, 'counts', ({ comm }) => comm === 'pp-syscalls'));
      assert.ok(count >= calls && count < calls + 200, `${count} calls, ${calls} and a few expected`);
    },
  },
  {
    template: 'runqlat',
    needs: [],
    options: ['--set', 'per_command=true'],
    check(lines, said) {
      const waited = (said.get('waited_ns') ?? []).map(Number).reduce((sum, one) => sum + one, 0) / 1000;
      const { slots } = entryValue(lines, 'waits', ({ comm }) => comm === 'pp-spin') as { slots: number[] };
      const least = slots.reduce((sum, count, slot) => sum + (slot === 0 ? 0 : count * 2 ** slot), 0);
      const most = slots.reduce((sum, count, slot) => sum + count * 2 ** (slot + 1), 0);
      // Both loops waited about as long as they ran. The kernel also counts what they waited before their exec.
      assert.ok(waited > 10_000, `waited ${waited} µs`);
      assert.ok(least <= waited * 1.02, `at least ${least} µs in the histogram, ${waited} µs by the kernel`);
      assert.ok(most >= waited * 0.8, `at most ${most} µs in the histogram, ${waited} µs by the kernel`);
    },
  },
  {
    template: 'syslat',
    needs: [],
    options: ['--set', 'min_us=150000'],
    check(lines, said) {
      const calls = numberOf(said, 'calls');
      const spent = (comm: string) =>
        entryValue(lines, 'by_command', (key) => key.comm === comm) as { total_ns: number; calls: number };
      assert.ok(spent('pp-call').calls >= calls, `${spent('pp-call').calls} calls, ${calls} at least`);
      assert.ok(spent('pp-sleep').total_ns >= 4e8, `${spent('pp-sleep').total_ns} ns in pp-sleep`);

      const slow = eventsOf(lines, 'slow').filter(({ comm }) => comm === 'pp-sleep');
      assert.equal(slow.length, 2, 'slow calls of pp-sleep');
      assert.ok(slow.some(({ pid, ret }) => pid === numberOf(said, 'pid') && ret === 0));
      for (const { latency_ns: latency } of slow) assert.ok(Number(latency) >= 2e8, `${latency} ns`);

      const { slots } = entryValue(lines, 'latency', () => true) as { slots: number[] };
      const all = slots.reduce((sum, count) => sum + count, 0);
      const totals = entryValue(lines, 'totals', () => true) as { calls: number; slowest_ns: number };
      assert.ok(all >= calls && totals.calls >= calls, `${all} in the histogram, ${totals.calls} in all`);
      assert.ok(totals.slowest_ns >= 2e8, `${totals.slowest_ns} ns`);
    },
  },
  {
    template: 'profile',
    needs: [],
    options: [],
    check(lines, said) {
      const pid = numberOf(said, 'pid');
      const snapshot = lines.findLast(({ kind, source }) => kind === 'map' && source === 'samples');
      const own = ((snapshot?.entries ?? []) as { key: Data; value: number }[]).filter(
        ({ key }) => key.tgid === pid && key.comm === 'pp-spin',
      );
      const samples = own.reduce((sum, { value }) => sum + value, 0);
      // 3 s of CPU time at 99 Hz; the kernel leaves samples out when it is busy otherwise.
      assert.ok(samples > 99 && samples < 330, `${samples} samples`);
      const ids = own.map(({ key }) => Number(key.user_stack_id));
      assert.ok(
        ids.some((id) => id >= 0),
        `stacks ${ids}`,
      );
    },
  },
  {
    template: 'offcpu',
    needs: [],
    options: ['--set', 'min_us=20000'],
    check(lines, said) {
      const pid = numberOf(said, 'pid');
      const slept = numberOf(said, 'slept_ns');
      const snapshot = lines.findLast(({ kind, source }) => kind === 'map' && source === 'offcpu');
      const own = (
        (snapshot?.entries ?? []) as { key: Data; value: { offcpu_ns: number; times: number } }[]
      ).filter(({ key }) => key.tgid === pid && key.comm === 'pp-sleep');
      const away = own.reduce((sum, { value }) => sum + Number(value.offcpu_ns), 0);
      const times = own.reduce((sum, { value }) => sum + Number(value.times), 0);
      assert.ok(times >= 20 && times < 30, `${times} sleeps`);
      // It may also have had to wait for a CPU at other times, which its own measure does not hold.
      assert.ok(away > 0.95 * 20 * 50e6 && away < slept * 1.2, `${away} ns away, ${slept} ns slept`);
    },
  },
  {
    template: 'tcpflow',
    needs: [],
    options: [],
    check(lines, said) {
      const own = eventsOf(lines, 'flows').filter(({ comm }) => comm === 'pp-client');
      const to = (name: string): Data[] => own.filter(({ dport }) => dport === numberOf(said, name));
      assert.deepEqual([to('often').length, to('seldom').length], [12, 4]);
      for (const flow of own) {
        assert.ok(Number(flow.sport) > 1023 && Number(flow.open_ns) > 0, JSON.stringify(flow));
      }
    },
  },
  {
    template: 'tcpconnect',
    needs: ['kprobe'],
    options: [],
    check(lines, said) {
      const found = eventsOf(lines, 'events').filter(({ comm }) => comm === 'pp-connect');
      for (const event of found) {
        assert.ok(Number(event.sport) > 1023, `port ${event.sport}`);
        delete event.sport;
      }
      const nowhere = Array<number>(16).fill(0);
      const loopback = [...nowhere.slice(1), 1];
      const common = { cgroup_id: numberOf(said, 'cgroup'), uid: numberOf(said, 'uid'), comm: 'pp-connect' };
      assert.deepEqual(found, [
        // 127.0.0.1 as the four bytes lie in memory.
        {
          ...common,
          ...{ pid: numberOf(said, 'pid'), ip: 4, dport: 9, saddr: 0x0100007f, daddr: 0x0100007f },
          ...{ saddr6: nowhere, daddr6: nowhere },
        },
        {
          ...common,
          ...{ pid: numberOf(said, 'pid6'), ip: 6, dport: 13, saddr: 0, daddr: 0 },
          ...{ saddr6: loopback, daddr6: loopback },
        },
      ]);
    },
  },
  {
    template: 'readlat',
    needs: ['kprobe'],
    options: ['--set', 'targ_comm=pp-read', '--set', 'min_us=100000'],
    check(lines, said) {
      const slow = eventsOf(lines, 'slow_reads');
      assert.equal(slow.length, 1, 'slow reads');
      const { pid, comm, file, ret, latency_ns: latency } = slow[0] ?? {};
      assert.deepEqual(
        { pid, comm, file, ret },
        { pid: numberOf(said, 'pid'), comm: 'pp-read', file: 'slow', ret: 6 },
      );
      assert.ok(Number(latency) > 1e8 && Number(latency) < 1e10, `${latency} ns`);

      const { slots } = entryValue(lines, 'latency', () => true) as { slots: number[] };
      const reads = slots.reduce((sum, count) => sum + count, 0);
      // 200 of /dev/zero, the slow one, and those of the dynamic linker.
      assert.ok(reads >= 201 && reads < 230, `${reads} reads`);
      const slowest = slots.findLastIndex((count) => count > 0);
      assert.equal(slowest, Math.floor(Math.log2(Number(latency) / 1000)), 'slot of the slowest');
    },
  },
  {
    template: 'xdp-count',
    needs: ['xdp'],
    options: ['--attach', 'xdp_count=veth-pp'],
    check(lines) {
      const value = entryValue(lines, 'traffic', (key) => key === ('UDP' as unknown));
      const perCpu = (Array.isArray(value) ? value : [value]) as { packets: number; bytes: number }[];
      const packets = perCpu.reduce((sum, one) => sum + one.packets, 0);
      const bytes = perCpu.reduce((sum, one) => sum + one.bytes, 0);
      // Ethernet 14, IPv4 20, UDP 8, and the 8 bytes that were sent.
      assert.deepEqual({ packets, bytes }, { packets: 20, bytes: 20 * 50 });
    },
  },
];
