/** The loader's ways of attaching that need a full kernel, and what it must clean up there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Frame } from '@probepad/protocol/frames';
import { framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { type AttachSpec, type LoaderMessage, LoaderMessageSchema } from '@probepad/protocol/loader';
import { makeOrders, messagesOf, type Orders } from '../../host-agent/loader/test/orders.ts';
import { bootGuest, type Guest, type GuestProcess } from './guest.ts';
import { KERNEL_SUITES, type KernelName } from './kernel.ts';

/** Longer than any boot on a busy machine. */
const BOOT = { timeout: 300_000 };
const SHORT = { timeout: 120_000 };

const LOADER = resolve(import.meta.dirname, '../../host-agent/loader');
const FIXTURE = join(LOADER, 'test/fixtures/kernel.bpf.c');
/** The loader's file in the guest. */
const PROGRAM = '/tmp/probepad-loader';

/** The order of `enum slot` in kernel.bpf.c; all but the last are programs. */
const SLOTS = [
  'on_kprobe',
  'on_kretprobe',
  'on_kprobe_multi',
  'on_ksyscall',
  'on_fentry',
  'on_fexit',
  'on_tp_btf',
  'on_lsm',
  'on_ingress',
  'on_egress',
  'on_uprobe',
  'wrapper',
];

const OFF: AttachSpec = { type: 'off' };
const AUTO: AttachSpec = { type: 'auto' };

function ordersFor(
  object: Buffer,
  run: string,
  programs: Record<string, AttachSpec>,
  over: Partial<Orders> = {},
): Orders {
  const all = [...SLOTS.slice(0, -1), 'on_absent', 'on_absent_kprobe', 'on_task', 'on_modify'];
  return makeOrders(object, {
    run,
    stream: 1,
    memory_bytes: 64 << 20,
    programs: all.map((name) => ({ name, attach: programs[name] ?? OFF })),
    sources: [{ id: 0, kind: 'globals', name: '.bss', interval: 50 }],
    counts_interval: 200,
    ...over,
  });
}

/** A loader in the guest; its frames go to a file there. */
class GuestLoader {
  readonly messages: LoaderMessage[] = [];
  log = '';
  private readonly process: GuestProcess;
  private readonly guest: Guest;
  private readonly run: string;
  private readonly waiting: (() => void)[] = [];
  private ended = false;

  constructor(guest: Guest, orders: Orders) {
    this.guest = guest;
    this.run = orders.run;
    const command = `echo $$ >/tmp/${orders.run}.pid; exec ${PROGRAM} run 3>/tmp/${orders.run}.frames 4</tmp/kernel.bpf.o`;
    this.process = guest.spawn(['sh', '-c', command]);
    for (const message of messagesOf(orders)) this.send(message);
    let rest = '';
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.messages.push(LoaderMessageSchema.parse(JSON.parse(line)));
      this.wake();
    });
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    const end = (): void => {
      this.ended = true;
      this.wake();
    };
    this.process.exit.then(end, end);
  }

  send(value: unknown): void {
    this.process.stdin.write(`${JSON.stringify(value)}\n`);
  }

  async until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
    for (;;) {
      const value = condition();
      if (value !== undefined && value !== false) return value;
      if (this.ended) throw new Error(`no ${what}: ${JSON.stringify(this.messages)} ${this.log}`);
      await new Promise<void>((done) => this.waiting.push(done));
    }
  }

  find<T extends LoaderMessage['type']>(type: T): Extract<LoaderMessage, { type: T }> | undefined {
    return this.messages.find((message) => message.type === type) as
      | Extract<LoaderMessage, { type: T }>
      | undefined;
  }

  async stop(): Promise<void> {
    this.send({ type: 'stop' });
    await this.process.exit;
  }

  async killHard(): Promise<void> {
    await this.guest.exec(`kill -9 $(cat /tmp/${this.run}.pid)`);
    await this.process.exit;
  }

  states(): Record<string, string> {
    return Object.fromEntries(
      this.messages.flatMap((message) => (message.type === 'program' ? [[message.name, message.state]] : [])),
    );
  }

  async frames(): Promise<Frame[]> {
    const { stdout } = await this.guest.exec(`base64 -w0 /tmp/${this.run}.frames`);
    return [...framesOf(Buffer.from(stdout, 'base64'), FRAME_PAYLOAD_MAX)];
  }

  /** Calls by program, from the last values of the counters. */
  async hits(): Promise<Record<string, number>> {
    const last = (await this.frames()).findLast((frame) => frame.header.source === 0);
    assert.ok(last);
    const payload = Buffer.from(last.payload);
    return Object.fromEntries(
      SLOTS.map((name, slot) => [name, Number(payload.readBigUInt64LE(8 + 8 * slot))]),
    );
  }

  private wake(): void {
    for (const done of this.waiting.splice(0)) done();
  }
}

for (const kernel of Object.keys(KERNEL_SUITES) as KernelName[]) {
  describe(`the loader on kernel ${kernel}`, () => {
    let guest: Guest;
    let folder: string;
    let object: Buffer;
    /** kprobe.multi stands on fprobe, which Debian's 6.1 is built without. */
    let hasFprobe: boolean;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'probepad-loader-'));
      run('make', ['-C', LOADER, 'all']);
      run('sh', ['-c', `"${LOADER}/build/probepad-loader" dump-btf >"${folder}/vmlinux.h"`]);
      const arch = process.arch === 'arm64' ? 'arm64' : 'x86';
      const flags = ['-target', 'bpf', `-D__TARGET_ARCH_${arch}`, '-O2', '-g', '-I', folder];
      run('clang-16', [...flags, '-c', FIXTURE, '-o', join(folder, 'kernel.bpf.o')]);
      object = readFileSync(join(folder, 'kernel.bpf.o'));
      guest = await bootGuest({ kernel, name: `loader-${kernel.replace('.', '-')}` });
      await guest.writeFile('/tmp/kernel.bpf.o', object);
      await guest.writeFile(PROGRAM, readFileSync(join(LOADER, 'build/probepad-loader')));
      await guest.exec(['chmod', '755', PROGRAM]);
      hasFprobe = (await guest.exec('grep -qw register_fprobe_syms /proc/kallsyms')).code === 0;
      // A task with a name of its own does all that is counted.
      await guest.exec(
        'cp /bin/rm /tmp/probepad-target-of-tests && ln -s /tmp/probepad-target-of-tests /tmp/probepad-target',
      );
    }, BOOT);
    after(async () => {
      await guest?.close();
      rmSync(folder, { recursive: true, force: true });
    }, BOOT);

    /** Names the task and deletes that many files. */
    async function unlink(count: number): Promise<void> {
      const { code, stderr } = await guest.exec(
        `mkdir -p /tmp/files; for i in $(seq ${count}); do touch /tmp/files/$i; /tmp/probepad-target /tmp/files/$i; done`,
      );
      assert.equal(code, 0, stderr);
    }

    test(
      'kprobe, kretprobe, kprobe.multi, ksyscall, fentry, fexit, tp_btf and LSM programs count calls',
      SHORT,
      async () => {
        const programs: Record<string, AttachSpec> = {
          on_kprobe: AUTO,
          on_kretprobe: { type: 'kprobe', function: 'do_unlinkat', offset: 0, return: true },
          on_kprobe_multi: AUTO,
          on_ksyscall: AUTO,
          on_fentry: { type: 'tracing', function: 'do_unlinkat' },
          on_fexit: AUTO,
          on_tp_btf: AUTO,
          on_lsm: AUTO,
          on_absent: AUTO,
          on_absent_kprobe: AUTO,
        };
        const loader = new GuestLoader(guest, ordersFor(object, 'hooks', programs));
        await loader.until('running', () => loader.find('running'));
        const missing = (name: string): boolean => name === 'on_kprobe_multi' && !hasFprobe;
        const expected = Object.fromEntries(
          Object.keys(programs).map((name) => [
            name,
            name.startsWith('on_absent') ? 'off' : missing(name) ? 'failed' : 'attached',
          ]),
        );
        assert.deepEqual(loader.states(), expected, loader.log);
        await unlink(7);
        await loader.stop();
        const hits = await loader.hits();
        for (const name of Object.keys(programs)) {
          if (name.startsWith('on_absent') || missing(name)) continue;
          assert.equal(hits[name], 7, `${name}: ${JSON.stringify(hits)}`);
        }
        assert.deepEqual(loader.messages.at(-1), { type: 'ended', reason: 'stopped' });
      },
    );

    test(
      'a program that is attached to what the policy denies is refused, also through a pattern',
      SHORT,
      async () => {
        const deny = (denied: string): Partial<Orders> => {
          const spec = ordersFor(object, 'denied', {});
          return { policy: { ...spec.policy, targets_denied: [denied] } };
        };
        const cases: [string, AttachSpec, string][] = [
          ['on_kprobe', AUTO, 'do_unlink*'],
          ['on_fentry', { type: 'tracing', function: 'do_unlinkat' }, 'do_unlinkat'],
          ['on_ksyscall', AUTO, 'sys_unlinkat'],
          ['on_lsm', AUTO, 'bpf_lsm_inode_*'],
          ['on_kprobe_multi', AUTO, 'vfs_unlink'],
        ];
        for (const [name, attach, denied] of cases) {
          const loader = new GuestLoader(
            guest,
            ordersFor(object, 'denied', { [name]: attach }, deny(denied)),
          );
          const failed = await loader.until('failed', () => loader.find('failed'));
          assert.equal(failed.stage, 'policy', `${name}: ${failed.message}`);
          assert.equal(failed.object, name);
        }
      },
    );

    test('a program that changes return values needs its own leave', SHORT, async () => {
      const orders = ordersFor(object, 'modify', { on_modify: AUTO });
      orders.policy = { ...orders.policy, program_types: ['tracing'] };
      const loader = new GuestLoader(guest, orders);
      const failed = await loader.until('failed', () => loader.find('failed'));
      assert.equal(failed.stage, 'policy', failed.message);
      assert.match(failed.message, /of type fmod_ret/);
    });

    test('a pattern’s question mark stands for one character', SHORT, async () => {
      const attach: AttachSpec = { type: 'kprobe_multi', pattern: 'vfs_unlin?', return: false };
      const loader = new GuestLoader(guest, ordersFor(object, 'pattern', { on_kprobe_multi: attach }));
      if (!hasFprobe) {
        const failed = await loader.until('failed', () => loader.find('failed'));
        assert.match(loader.messages.map((message) => JSON.stringify(message)).join(), /no kprobe\.multi/);
        assert.equal(failed.stage, 'attach');
        return;
      }
      await loader.until('running', () => loader.find('running'));
      await unlink(3);
      await loader.stop();
      const hits = await loader.hits();
      assert.equal(hits.on_kprobe_multi, 3);
      // Debian's kernels let only CAP_SYS_ADMIN try how system calls are named.
      assert.equal(hits.wrapper, 3, 'system calls have wrappers');
    });

    test('an iterator that is read once completes the run with its text', SHORT, async () => {
      const spec = ordersFor(
        object,
        'tasks',
        { on_task: { type: 'iter', interval: 0 } },
        { sources: [{ id: 3, kind: 'text', name: 'on_task', interval: 0 }] },
      );
      const loader = new GuestLoader(guest, spec);
      await loader.until('ended', () => loader.find('ended'));
      assert.deepEqual(loader.messages.at(-1), { type: 'ended', reason: 'completed' });
      const frames = await loader.frames();
      const text = Buffer.concat(frames.map((frame) => Buffer.from(frame.payload))).toString();
      assert.match(text, /^1 \S+$/m);
      assert.equal(frames[0]?.header.flags, 1);
      assert.equal(frames.at(-1)?.header.flags, 2);
    });

    test(
      'tc filters see packets and are gone after kill -9, with the qdisc that the loader made',
      SHORT,
      async () => {
        const made = await guest.exec(`set -e
        modprobe -a veth cls_bpf sch_ingress
        ip netns add other
        ip link add one type veth peer name two netns other
        ip addr add 10.9.0.1/24 dev one
        ip link set one up
        ip -n other addr add 10.9.0.2/24 dev two
        ip -n other link set two up`);
        assert.equal(made.code, 0, made.stderr);
        const programs: Record<string, AttachSpec> = {
          on_ingress: { type: 'tc', interface: 'one', direction: 'ingress' },
          on_egress: { type: 'tc', interface: 'one', direction: 'egress' },
        };
        const stopped = new GuestLoader(guest, ordersFor(object, 'filters', programs));
        await stopped.until('running', () => stopped.find('running'));
        const ping = await guest.exec('busybox ping -c 3 -W 10 10.9.0.2');
        assert.equal(ping.code, 0, ping.stderr);
        await stopped.stop();
        const hits = await stopped.hits();
        assert.ok((hits.on_ingress ?? 0) >= 3 && (hits.on_egress ?? 0) >= 3, JSON.stringify(hits));
        assert.deepEqual(await traces(), '');

        const killed = new GuestLoader(guest, ordersFor(object, 'killed', programs));
        await killed.until('running', () => killed.find('running'));
        await killed.killHard();
        const gone = await guest.exec(
          'for i in $(seq 100); do bpftool prog show | grep -q on_ingress || exit 0; sleep 0.02; done; exit 1',
        );
        assert.equal(gone.code, 0, 'the programs are gone within 2 s');
        await guest.exec(
          'for i in $(seq 100); do tc qdisc show dev one | grep -q clsact || exit 0; sleep 0.02; done',
        );
        assert.deepEqual(await traces(), '');
      },
    );

    test('filters and a qdisc of others stay', SHORT, async () => {
      await guest.exec(
        'tc qdisc add dev one clsact; tc filter add dev one ingress prio 7 matchall action ok',
      );
      const programs: Record<string, AttachSpec> = {
        on_ingress: { type: 'tc', interface: 'one', direction: 'ingress' },
      };
      const loader = new GuestLoader(guest, ordersFor(object, 'guests', programs));
      await loader.until('running', () => loader.find('running'));
      await loader.stop();
      assert.match((await guest.exec('tc qdisc show dev one')).stdout, /clsact/);
      assert.match((await guest.exec('tc filter show dev one ingress')).stdout, /pref 7 matchall/);
      assert.equal((await guest.exec('bpftool prog show | grep -c on_ingress')).stdout, '0\n');
    });

    test('the memory cgroup is v2 here and goes with the run', SHORT, async () => {
      const loader = new GuestLoader(guest, ordersFor(object, 'memory', { on_kprobe: AUTO }));
      await loader.until('running', () => loader.find('running'));
      assert.deepEqual(
        loader.messages.filter((message) => message.type === 'remark'),
        [],
      );
      const limit = await guest.exec('cat /sys/fs/cgroup/probepad-memory/memory.max');
      assert.ok(Number(limit.stdout) >= 64 << 20, limit.stderr);
      await loader.stop();
      assert.equal((await guest.exec('ls -d /sys/fs/cgroup/probepad-*')).stdout, '');
    });

    test('probe-capabilities finds kprobes, fentry, LSM and TCX as the kernel has them', SHORT, async () => {
      const { stdout } = await guest.exec([PROGRAM, 'probe-capabilities']);
      const { attach } = JSON.parse(stdout) as { attach: Record<string, boolean | { works: boolean }> };
      assert.deepEqual(attach.fentry, { works: true, error: '' });
      assert.equal(attach.kprobe, true);
      assert.equal(attach.kprobe_multi, hasFprobe);
      assert.equal(attach.lsm_active, true);
      assert.equal(attach.tcx, kernel !== '6.1');
    });

    /** What a tc run may leave on the interface. */
    async function traces(): Promise<string> {
      const { stdout } = await guest.exec(
        'tc qdisc show dev one | grep clsact; tc filter show dev one ingress; tc filter show dev one egress; bpftool prog show | grep -E "on_(in|e)gress"; true',
      );
      return stdout;
    }
  });
}

function run(program: string, args: string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
}
