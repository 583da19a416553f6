import { spawn } from 'node:child_process';

export type ExecuteOptions = {
  file: string;
  args: readonly string[];
  /** The whole environment of the process; nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  /** Given to the process on stdin, a number is an open descriptor; without it stdin is /dev/null. */
  stdin?: string | Uint8Array | number;
  /** Open descriptors that the process gets as 3, 4, … */
  descriptors?: readonly number[];
  timeoutMs: number;
  /** The time-out counts from when this is fulfilled, for a process that waits for its work; without it from the start. */
  begun?: Promise<void>;
  /** Bytes of stdout and stderr that are kept; one more ends the process. */
  stdoutMax: number;
  stderrMax: number;
  cwd?: string;
  signal?: AbortSignal;
};

export type ExecuteResult = {
  /** Exit code; null when a signal ended the process or it could not be started. */
  code: number | null;
  /** The signal that ended it, or the errno name (`ENOENT`, `EACCES`) when it could not be started. */
  signal: string | null;
  stdout: Buffer;
  stderr: Buffer;
  timedOut: boolean;
  /** The stream that passed its limit; what is in it then is cut at the limit. */
  overflow: 'stdout' | 'stderr' | undefined;
  milliseconds: number;
};

/**
 * Runs a program to its end and never rejects. On time-out, overflow or abort its whole process group is killed (it
 * is started as leader of a session of its own), so that nothing it started stays behind.
 */
export function execute(options: ExecuteOptions): Promise<ExecuteResult> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(options.file, [...options.args], {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: [inputOf(options.stdin), 'pipe', 'pipe', ...(options.descriptors ?? [])],
      detached: true,
    });
    let finished = false;
    let timedOut = false;
    let overflow: ExecuteResult['overflow'];
    let startError: string | undefined;

    const killTree = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // ESRCH: the group is gone already.
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      if (finished) return;
      timer = setTimeout(() => {
        timedOut = true;
        killTree();
      }, options.timeoutMs);
    };
    if (options.begun === undefined) begin();
    else void options.begun.then(begin);
    options.signal?.addEventListener('abort', killTree, { once: true });
    if (options.signal?.aborted) killTree();

    const collect = (stream: 'stdout' | 'stderr', max: number): (() => Buffer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      child[stream]?.on('data', (chunk: Buffer) => {
        const rest = max - size;
        if (chunk.length > rest && overflow === undefined) {
          overflow = stream;
          killTree();
        }
        if (rest <= 0) return;
        chunks.push(chunk.subarray(0, rest));
        size += Math.min(chunk.length, rest);
      });
      return () => Buffer.concat(chunks);
    };
    const stdout = collect('stdout', options.stdoutMax);
    const stderr = collect('stderr', options.stderrMax);

    const finish = (code: number | null, signal: string | null): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', killTree);
      const milliseconds = performance.now() - began;
      resolve({ code, signal, stdout: stdout(), stderr: stderr(), timedOut, overflow, milliseconds });
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      startError = error.code ?? error.message;
      if (child.pid === undefined) finish(null, startError);
    });
    // `exit` before `close`: a grandchild that kept a pipe open would hold `close` back for ever.
    child.on('exit', () => killTree());
    child.on('close', (code, signal) => finish(code, signal));

    if (typeof options.stdin === 'string' || options.stdin instanceof Uint8Array) {
      // EPIPE: the process ended without reading all of it; its exit code tells why.
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.stdin);
    }
  });
}

function inputOf(stdin: ExecuteOptions['stdin']): 'ignore' | 'pipe' | number {
  if (stdin === undefined) return 'ignore';
  return typeof stdin === 'number' ? stdin : 'pipe';
}
