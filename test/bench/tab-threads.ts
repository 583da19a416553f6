import { readdir, readFile } from 'node:fs/promises';
import type { LoneBrowser } from './lone-browser.ts';

/** Milliseconds of processor time that the tab's threads have had, which other processes on the machine don't lengthen by their turns. */
export interface TabThreads {
  /** The page's own thread. */
  page: number;
  /** Its workers' threads. */
  workers: number;
}

export async function tabThreads(browser: LoneBrowser): Promise<TabThreads> {
  const sums = { page: 0, workers: 0 };
  for (const pid of await browser.renderers()) {
    for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const folder = `/proc/${pid}/task/${thread}`;
      const [name, schedule] = await Promise.all(
        ['comm', 'schedstat'].map((file) => readFile(`${folder}/${file}`, 'utf8').catch(() => '')),
      );
      // Its first number is the time on a processor in ns (proc(5), Documentation/scheduler/sched-stats.rst).
      const milliseconds = Number.parseInt(schedule ?? '', 10) / 1e6 || 0;
      if (Number(thread) === pid) sums.page += milliseconds;
      else if (name?.startsWith('DedicatedWorker')) sums.workers += milliseconds;
    }
  }
  return sums;
}

/** What the threads had while something was done. */
export async function threadsDuring<T>(
  browser: LoneBrowser,
  act: () => Promise<T>,
): Promise<TabThreads & { result: T }> {
  const before = await tabThreads(browser);
  const result = await act();
  const after = await tabThreads(browser);
  return { page: after.page - before.page, workers: after.workers - before.workers, result };
}
