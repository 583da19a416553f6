import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { bootGuest, type Guest, MACHINE_ADDRESS } from './guest.ts';
import { KERNEL_SUITES, type KernelName } from './kernel.ts';

/** Longer than any boot on a busy machine. */
const BOOT = { timeout: 300_000 };
const SHORT = { timeout: 60_000 };

for (const kernel of Object.keys(KERNEL_SUITES) as KernelName[]) {
  describe(`a guest with kernel ${kernel}`, () => {
    let guest: Guest;
    let folder: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'probepad-guest-'));
      guest = await bootGuest({ kernel });
    }, BOOT);
    after(async () => {
      await guest?.close();
      rmSync(folder, { recursive: true });
    }, SHORT);

    test('runs the kernel that was asked for, under its own name', SHORT, async () => {
      const { stdout } = await guest.exec(['uname', '-rn']);
      assert.equal(stdout, `guest-${kernel.replace('.', '-')} ${guest.kernelRelease}\n`);
      assert.ok(guest.kernelRelease.startsWith(`${kernel}.`), guest.kernelRelease);
    });

    test(
      'tells exit code, output and errors apart, and takes input, variables and a folder',
      SHORT,
      async () => {
        const result = await guest.exec('cat; echo "$WORD in $PWD" >&2; exit 7', {
          stdin: 'a line\n',
          env: { WORD: 'it’s' },
          cwd: '/usr/bin',
        });
        assert.deepEqual(result, { code: 7, stdout: 'a line\n', stderr: 'it’s in /usr/bin\n' });
        const missing = await guest.exec(['no-such-command']);
        assert.equal(missing.code, 127);
        assert.match(missing.stderr, /no-such-command: No such file/);
      },
    );

    test('carries megabytes both ways unharmed', SHORT, async () => {
      const bytes = Buffer.alloc(5_000_000, 'the quick brown fox jumps over the lazy dog\n');
      const { stdout } = await guest.exec(['cat'], { stdin: bytes });
      assert.equal(sha256(stdout), sha256(bytes));
    });

    test('runs several commands at the same time', SHORT, async () => {
      await guest.exec(['mkfifo', '/tmp/meeting']);
      const [reader, writer] = await Promise.all([
        guest.exec('cat /tmp/meeting'),
        guest.exec('echo met >/tmp/meeting'),
      ]);
      assert.deepEqual([reader.stdout, writer.code], ['met\n', 0]);
    });

    test('ends a long-running command when asked, with all that it started', SHORT, async () => {
      const command = guest.spawn(['sh', '-c', 'sleep 1234 & echo started; wait']);
      const [line] = await once(createInterface({ input: command.stdout }), 'line');
      assert.equal(line, 'started');
      command.kill('SIGKILL');
      assert.deepEqual(await command.exit, { code: 137, signal: 'SIGKILL' });
      const waitForEnd = 'while pgrep -f "^sleep 1234" >/dev/null; do :; done';
      assert.equal((await guest.exec(waitForEnd)).code, 0);
    });

    test('rejects a command that takes too long, with what it said so far', SHORT, async () => {
      await assert.rejects(
        guest.exec('echo partly; sleep 1234', { timeoutMs: 2000 }),
        /over 2000 ms\npartly/,
      );
    });

    test('sees the files of the machine and keeps its changes to itself', SHORT, async () => {
      const own = import.meta.filename;
      const { stdout } = await guest.exec(['cat', own]);
      assert.equal(stdout, readFileSync(own, 'utf8'));
      const path = join(import.meta.dirname, 'written-in-the-guest');
      assert.equal((await guest.exec(['touch', path])).code, 0);
      assert.equal(existsSync(path), false);
    });

    test('reaches a server on the loopback of the machine', SHORT, async () => {
      const server = createServer((socket) => socket.end('hello from the machine\n'));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const address = server.address();
      assert.ok(address !== null && typeof address === 'object');
      try {
        const { stdout } = await guest.exec(['busybox', 'nc', MACHINE_ADDRESS, String(address.port)]);
        assert.equal(stdout, 'hello from the machine\n');
      } finally {
        server.close();
      }
    });

    test('has BTF, tracefs, bpffs and cgroup2', SHORT, async () => {
      const paths = [
        '/sys/kernel/btf/vmlinux',
        '/sys/kernel/tracing/available_events',
        '/sys/fs/cgroup/cgroup.controllers',
      ];
      assert.deepEqual(await guest.exec(['ls', ...paths]), {
        code: 0,
        stdout: `${[...paths].sort().join('\n')}\n`,
        stderr: '',
      });
      assert.equal((await guest.exec('stat -f -c %T /sys/fs/bpf')).stdout, 'bpf_fs\n');
    });

    test('attaches kprobe, fentry and LSM programs, and obeys the LSM one', SHORT, async () => {
      buildHooks(folder);
      await guest.writeFile('/tmp/hooks.o', readFileSync(join(folder, 'hooks.o')));
      await guest.writeFile('/tmp/attach-all', readFileSync(join(folder, 'attach-all')));
      await guest.exec(['chmod', '755', '/tmp/attach-all']);

      const holder = guest.spawn(['/tmp/attach-all', '/tmp/hooks.o']);
      const errors = text(holder.stderr);
      const said = await Promise.race([once(createInterface({ input: holder.stdout }), 'line'), errors]);
      assert.deepEqual(said, ['attached']);
      const refused = await guest.exec(['mkdir', '/tmp/refused']);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /Operation not permitted/);

      holder.kill('SIGKILL');
      await holder.exit;
      assert.equal((await guest.exec('until mkdir /tmp/allowed 2>/dev/null; do :; done')).code, 0);
    });

    test('loads what network tests need: veth pairs, namespaces, clsact', SHORT, async () => {
      const { code, stderr } = await guest.exec(`set -e
        ip netns add other
        ip link add one type veth peer name two netns other
        ip addr add 10.9.0.1/24 dev one
        ip link set one up
        ip -n other addr add 10.9.0.2/24 dev two
        ip -n other link set two up
        tc qdisc add dev one clsact
        ping -c 1 -W 10 10.9.0.2 >/dev/null || busybox ping -c 1 -W 10 10.9.0.2 >/dev/null
        modprobe -a dummy cls_bpf act_bpf sch_ingress`);
      assert.equal(code, 0, stderr);
    });
  });
}

test('a guest ends with the process that booted it, even by kill -9', BOOT, async () => {
  const program = `
    import { bootGuest } from ${JSON.stringify(join(import.meta.dirname, 'guest.ts'))};
    await bootGuest({ kernel: '6.1', name: 'orphan' });
    console.log('up');
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: owner.stdout }), 'line');
  assert.equal(line, 'up');
  const pids = readFileSync(`/proc/${owner.pid}/task/${owner.pid}/children`, 'utf8').trim().split(' ');
  const qemu = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('GUEST_NAME=orphan'));
  assert.ok(qemu, `no QEMU among ${pids}`);

  owner.kill('SIGKILL');
  // Its output pipe is QEMU's console pipe's reader no more; what counts is that the process is gone.
  while (isRunning(qemu)) await new Promise((resolve) => setImmediate(resolve));
});

/** Compiles the test's programs on the machine, where that is fast. */
function buildHooks(folder: string): void {
  const source = (name: string): string => join(import.meta.dirname, name);
  execFileSync('clang-16', [
    ...['-target', 'bpf', '-D__TARGET_ARCH_x86', '-O2', '-g', '-I/usr/include/x86_64-linux-gnu'],
    ...['-c', source('hooks.bpf.c'), '-o', join(folder, 'hooks.o')],
  ]);
  execFileSync('gcc', [
    '-Wall',
    '-Wextra',
    source('attach-all.c'),
    '-o',
    join(folder, 'attach-all'),
    '-lbpf',
  ]);
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isRunning(pid: string): boolean {
  try {
    // A zombie is gone too: its parent here is init, which may not reap at once.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
