import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The checkout's top folder. */
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
/** The pinned Node. */
export const NODE = `${CHECKOUT}node_modules/.bin/node`;

export interface RunningProcess {
  pid: number;
  child: ChildProcess;
  /** Everything it wrote so far, both streams. */
  output(): string;
  /** Resolves with the match once the output holds it. @throws when the process ends first or `milliseconds` pass. */
  waitFor(pattern: RegExp, milliseconds?: number): Promise<RegExpMatchArray>;
  /** TERM, then KILL after five seconds; resolves when it is gone. */
  stop(): Promise<void>;
  /** KILL at once; resolves when it is gone. */
  kill(): Promise<void>;
  exited: Promise<number | null>;
}

/** Starts a process of the product with its output kept; it never outlives the test by more than its parent's pipe. */
export function startProcess(
  file: string,
  args: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): RunningProcess {
  const child = spawn(file, args, {
    cwd: options.cwd ?? CHECKOUT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const watchers = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
    if (text.length > 4_000_000) text = text.slice(-2_000_000);
    for (const watcher of watchers) watcher();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await once(child, 'exit');
    clearTimeout(timer);
  }

  return {
    pid: child.pid ?? -1,
    child,
    exited,
    output: () => text,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    waitFor(pattern, milliseconds = 30_000) {
      return new Promise((resolve, reject) => {
        const finish = (action: () => void): void => {
          watchers.delete(look);
          clearTimeout(timer);
          action();
        };
        const look = (): void => {
          const match = text.match(pattern);
          if (match) finish(() => resolve(match));
        };
        const timer = setTimeout(
          () =>
            finish(() =>
              reject(new Error(`waiting for ${pattern}: ${milliseconds} ms passed\n${text.slice(-4000)}`)),
            ),
          milliseconds,
        );
        watchers.add(look);
        void exited.then((code) => {
          look();
          if (watchers.has(look)) {
            finish(() =>
              reject(
                new Error(`waiting for ${pattern}: the process ended with ${code}\n${text.slice(-4000)}`),
              ),
            );
          }
        });
        look();
      });
    },
  };
}
