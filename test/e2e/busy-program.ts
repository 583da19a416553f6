import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inRepository } from '../../scripts/repository.mjs';

/** A template's workload, which goes on until it is killed; resolves when it has told its process id. */
export async function startWorkload(template: string): Promise<{ pid: number; end(): Promise<void> }> {
  const child: ChildProcess = spawn(inRepository('bpf-templates', template, 'workload'), ['long'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const group = child.pid;
  if (!child.stdout || group === undefined) throw new Error('the workload did not start');
  for await (const line of createInterface({ input: child.stdout })) {
    const pid = Number(/^pid=(\d+)/.exec(line)?.[1]);
    if (pid > 0) {
      const exit = once(child, 'exit');
      return {
        pid,
        async end() {
          // One that has come to its own end has left nothing to kill.
          if (child.exitCode === null && child.signalCode === null) process.kill(-group);
          await exit;
        },
      };
    }
  }
  throw new Error('the workload told no process id');
}
