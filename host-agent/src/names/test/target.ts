/** A program of a test's own whose functions have names that the test knows; for tests only. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, 'fixtures');

export interface Built {
  folder: string;
  /** Compiles the fixture with more flags. @returns its path */
  target(name: string, flags?: readonly string[], from?: string): string;
  [Symbol.dispose](): void;
}

export function buildFolder(): Built {
  const folder = mkdtempSync(join(tmpdir(), 'probepad-names-'));
  return {
    folder,
    target(name, flags = [], from = 'target.c') {
      const path = join(folder, name);
      execFileSync('cc', ['-O1', '-Wall', '-Werror', join(FIXTURES, from), '-o', path, ...flags]);
      return path;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Started {
  pid: number;
  /** Where its functions are, by what it calls them. */
  addresses: Record<string, bigint>;
  child: ChildProcess;
  end(): Promise<void>;
}

/** Starts a target and reads what it says. With `once` it ends by itself, and this waits for that. */
export async function startTarget(path: string, once = false): Promise<Started> {
  const child = spawn(path, once ? ['once'] : [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let text = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    text += chunk;
    if (!once && text.includes('sum ')) break;
  }
  if (once) await exited;
  const pairs = [...text.matchAll(/^(\w+) (0x[0-9a-f]+)$/gm)];
  return {
    pid: child.pid as number,
    addresses: Object.fromEntries(pairs.map(([, name, address]) => [name, BigInt(address as string)])),
    child,
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}
