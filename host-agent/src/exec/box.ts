import { COMPILE_TIMEOUT, DIAGNOSTICS_MAX, OBJECT_MAX } from '@probepad/protocol/limits';
import { type ExecuteResult, execute } from './execute.ts';

/** A folder or file of the machine that the box shows, read-only, at `target`. */
export type Bind = { source: string; target: string };

/** The programs that a box runs, with all that they need to start. */
export type BoxedTools = {
  binds: Bind[];
  /** Folders where the libraries are, for LD_LIBRARY_PATH: without /proc the dynamic linker can't expand $ORIGIN. */
  libraryFolders: string[];
};

/**
 * Uid and gid inside the box when the agent is root. No account has it: Debian gives none between 65000 and 65533
 * (Debian policy 9.2.2), systemd's dynamic users end at 65519.
 */
export const BOX_UID = 65_533;

/** prlimit(1): address space, largest file, open files, no core file. */
const RESOURCE_LIMITS = ['--as=2147483648', '--fsize=16777216', '--nofile=256', '--core=0'];
/** Threads of the uid, all it has on this machine: the box's own has none besides, a person's may have thousands. */
const THREADS = { box: 256, person: 16_384 };
const CPU_SECONDS = 8;

export type BoxRun = ExecuteResult & {
  /** Why the box itself could not be set up; the program has not run then. */
  broken: string | undefined;
};

export type Box = {
  /** The uid that has to be able to read what is bound; undefined when it is the agent's own. */
  uid: number | undefined;
  /**
   * Runs one of the tools with `binds` besides them. It sees no other file, no /proc, /dev,
   * /etc or temp folder, no network, nothing writable; output comes on stdout. Ten seconds of wall clock.
   */
  run(argv: readonly string[], options: BoxOptions): Promise<BoxRun>;
};

export type BoxOptions = {
  binds: readonly Bind[];
  /** Working directory inside. */
  cwd: string;
  stdoutMax?: number;
  stderrMax?: number;
  timeoutMs?: number;
  /** See ExecuteOptions. */
  begun?: Promise<void>;
  cpuSeconds?: number;
  signal?: AbortSignal;
  /** A program of our own, by its descriptor: it may lie in a folder that is closed to the box's uid. Read to its end from where it stands. */
  program?: { descriptor: number; target: string };
  /** Given on standard input: bytes, or an open file by its descriptor. Without it there is none. */
  stdin?: Uint8Array | number;
};

/**
 * The box of docs/SECURITY.md for tools that read what strangers made: an unprivileged uid without new privileges (setpriv), resource limits (prlimit),
 * and an empty file system of read-only binds in namespaces of its own (bubblewrap).
 */
export function createBox(tools: BoxedTools): Box {
  const root = process.getuid?.() === 0;
  const user = root ? [`--reuid=${BOX_UID}`, `--regid=${BOX_UID}`, '--clear-groups'] : [];
  return {
    uid: root ? BOX_UID : undefined,
    async run(argv, options) {
      const result = await execute({
        file: 'setpriv',
        args: [
          ...user,
          '--no-new-privs',
          // bubblewrap's own --die-with-parent begins when it does.
          '--pdeathsig=KILL',
          '--',
          'prlimit',
          ...RESOURCE_LIMITS,
          `--nproc=${root ? THREADS.box : THREADS.person}`,
          `--cpu=${options.cpuSeconds ?? CPU_SECONDS}`,
          '--',
          'bwrap',
          ...['--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--cap-drop', 'ALL'],
          ...['--setenv', 'LD_LIBRARY_PATH', tools.libraryFolders.join(':'), '--setenv', 'LC_ALL', 'C'],
          ...[...tools.binds, ...options.binds].flatMap(({ source, target }) => [
            '--ro-bind',
            source,
            target,
          ]),
          ...(options.program ? ['--perms', '0555', '--ro-bind-data', '3', options.program.target] : []),
          ...['--remount-ro', '/', '--chdir', options.cwd, '--'],
          ...argv,
        ],
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
        cwd: '/',
        timeoutMs: options.timeoutMs ?? COMPILE_TIMEOUT,
        stdoutMax: options.stdoutMax ?? OBJECT_MAX,
        stderrMax: options.stderrMax ?? DIAGNOSTICS_MAX,
        ...(options.signal && { signal: options.signal }),
        ...(options.begun && { begun: options.begun }),
        ...(options.program && { descriptors: [options.program.descriptor] }),
        ...(options.stdin !== undefined && { stdin: options.stdin }),
      });
      return { ...result, broken: brokenBox(result) };
    },
  };
}

/** Tells a failure of the box from one of the program in it: the tools put their own name in front of what they say. */
function brokenBox(result: ExecuteResult): string | undefined {
  if (result.code === 0) return undefined;
  if (result.code === null && result.signal?.startsWith('E')) {
    return `starting setpriv: ${result.signal} (install util-linux and bubblewrap)`;
  }
  const first = result.stderr.toString().split('\n', 1)[0] ?? '';
  return /^(bwrap|setpriv|prlimit): /.test(first) ? first : undefined;
}
