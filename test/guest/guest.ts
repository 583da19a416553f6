/**
 * A QEMU guest with a Debian kernel of its own and the machine's own files: what is at a path here is at the same
 * path in the guest, read-only underneath, with changes kept in the guest's memory.
 */
import { text } from 'node:stream/consumers';
import { commandPort, type GuestProcess, type SpawnOptions } from './commands.ts';
import { fetchKernel, type KernelName } from './kernel.ts';
import { type Qemu, startQemu } from './qemu.ts';

export type { GuestExit, GuestProcess, SpawnOptions } from './commands.ts';
export type { KernelName } from './kernel.ts';

/** Where a guest reaches the machine's own loopback (QEMU's user network). */
export const MACHINE_ADDRESS = '10.0.2.2';

/** A boot takes about 5 s on an idle 2-core machine; one with other guests and images being built gets its time. */
const BOOT_TIMEOUT_MS = 240_000;
const EXEC_TIMEOUT_MS = 60_000;

export type GuestOptions = {
  kernel: KernelName;
  /** Its hostname. Default: `guest-6-1`, `guest-6-12`. */
  name?: string;
  /** Default 2048. What the guest writes to its files is kept there too. */
  memoryMiB?: number;
  /** Default 2. */
  cpus?: number;
};

export type ExecOptions = SpawnOptions & {
  /** Default 60 s; the command's session is killed then, and exec rejects. */
  timeoutMs?: number;
  stdin?: string | Uint8Array;
};

export type ExecResult = { code: number; stdout: string; stderr: string };

export type Guest = AsyncDisposable & {
  readonly name: string;
  /** As `uname -r` prints it. */
  readonly kernelRelease: string;
  /**
   * Runs a command to its end; a string goes through `sh -c`. Rejects when the time is up or the guest ends; any
   * exit code is a result (127: could not be started).
   */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a command and leaves it running. */
  spawn(argv: readonly string[], options?: SpawnOptions): GuestProcess;
  /** Writes a file in the guest: its /tmp is its own, what is in the machine's is under /machine/tmp. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  /** The end of what the kernel wrote to the serial console. */
  console(): string;
  /** Ends the guest at once: nothing of it is kept. */
  close(): Promise<void>;
};

/**
 * Boots a guest and waits until commands can be run in it. In the guest: root, all of /proc, /sys, tracefs, debugfs,
 * bpffs and cgroup2 mounted, /tmp empty, `lo` and `eth0` (10.0.2.15) up, the machine's loopback at
 * MACHINE_ADDRESS, its files without the guest's mounts and changes under /machine, modprobe for every module of
 * the kernel. A file of the machine that changes after the guest has looked at it may be seen as it was.
 *
 * Rejects with the end of the console when the guest does not come up.
 */
export async function bootGuest(options: GuestOptions): Promise<Guest> {
  const name = options.name ?? `guest-${options.kernel.replace('.', '-')}`;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) throw new Error(`booting a guest: "${name}" is no hostname`);
  const kernel = await fetchKernel(options.kernel);
  const qemu = await startQemu(kernel, {
    name,
    memoryMiB: options.memoryMiB ?? 2048,
    cpus: options.cpus ?? 2,
  });
  const commands = commandPort(qemu.port);
  const ended = watchEnd(qemu, (error) => commands.fail(error));

  const close = async (): Promise<void> => {
    qemu.process.kill('SIGKILL');
    await ended;
  };
  const timer = setTimeout(() => {
    commands.fail(
      new Error(`booting ${name}: not up after ${BOOT_TIMEOUT_MS} ms; its console ends with
${qemu.console()}`),
    );
  }, BOOT_TIMEOUT_MS);
  try {
    const kernelRelease = await commands.ready;
    return {
      name,
      kernelRelease,
      exec: (command, execOptions) => exec(commands.start, command, execOptions),
      spawn: commands.start,
      writeFile: (path, content) => writeFile(commands.start, path, content),
      console: qemu.console,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when QEMU has ended, after telling `failed` of it. */
function watchEnd(qemu: Qemu, failed: (error: Error) => void): Promise<void> {
  return new Promise((resolve) => {
    qemu.process.on('error', (error) => {
      failed(new Error(`starting QEMU: ${error.message} (packages qemu-system-x86, util-linux)`));
      resolve();
    });
    // 'close' and not 'exit': the console's last words have been read then.
    qemu.process.on('close', (code, signal) => {
      failed(
        new Error(`the guest ended (QEMU: ${signal ?? code}); its console ends with\n${qemu.console()}`),
      );
      resolve();
    });
  });
}

async function exec(
  start: (argv: readonly string[], options?: SpawnOptions) => GuestProcess,
  command: string | readonly string[],
  { timeoutMs = EXEC_TIMEOUT_MS, stdin, ...options }: ExecOptions = {},
): Promise<ExecResult> {
  const process = start(typeof command === 'string' ? ['sh', '-c', command] : command, options);
  process.stdin.on('error', () => {
    // It ended without reading its input; the exit code tells what matters.
  });
  process.stdin.end(stdin);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    process.kill('SIGKILL');
  }, timeoutMs);
  try {
    const [exit, stdout, stderr] = await Promise.all([
      process.exit,
      text(process.stdout),
      text(process.stderr),
    ]);
    if (timedOut)
      throw new Error(`running ${JSON.stringify(command)} in the guest: over ${timeoutMs} ms
${stdout}${stderr}`);
    return { code: exit.code, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

async function writeFile(
  start: (argv: readonly string[], options?: SpawnOptions) => GuestProcess,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const { code, stderr } = await exec(start, ['sh', '-c', 'cat >"$0"', path], { stdin: content });
  if (code !== 0) throw new Error(`writing ${path} in the guest: ${stderr.trim()}`);
}
