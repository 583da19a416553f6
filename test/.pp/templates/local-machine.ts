/** This machine, as something to run commands on. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { CommandMachine } from './probe-run.ts';

export const localMachine: CommandMachine = {
  spawn(argv, options = {}) {
    const [file = '', ...rest] = argv;
    const child = spawn(file, rest, {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = new Promise<{ code: number }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 128 }));
    });
    exit.catch(() => {});
    return { stdout: child.stdout, stderr: child.stderr, exit, kill: (signal) => child.kill(signal) };
  },
};

/** Whether this kernel has kprobes: CONFIG_KPROBE_EVENTS registers this event source. */
export function hasKprobes(): boolean {
  return existsSync('/sys/bus/event_source/devices/kprobe');
}
