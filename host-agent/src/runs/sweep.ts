import { execute } from '../exec/execute.ts';
import type { Log } from './log.ts';

/** Sweeping removes directories and tc filters; it never waits for anything. */
const SWEEP_TIMEOUT = 10_000;

/**
 * Removes what a loader that was killed could not remove itself: tracing instance, cgroup, tc filters. What lives by file
 * descriptor is gone with the process. Never rejects; a failure is logged.
 */
export async function sweep(loaderPath: string, log: Log): Promise<void> {
  const result = await execute({
    file: loaderPath,
    args: ['sweep'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    timeoutMs: SWEEP_TIMEOUT,
    stdoutMax: 64 * 1024,
    stderrMax: 64 * 1024,
  });
  if (result.code !== 0) {
    log(
      `sweeping after a loader failed: ${result.signal ?? result.code} ${result.stderr.toString('utf8').trim()}`,
    );
  }
}
