import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const out = path.resolve(folder, '../build/fixtures');

/** Compiles a C program of test/fixtures for this machine and returns its path. */
export function compileProgram(name: string): string {
  mkdirSync(out, { recursive: true });
  const program = path.join(out, name);
  const source = path.join(folder, 'fixtures', `${name}.c`);
  const result = spawnSync('cc', ['-O2', '-g', '-Wall', '-Werror', source, '-o', program], {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`cc refused ${name}: ${result.stderr}`);
  return program;
}

/** A process of our own that makes system calls to order, so that probes see nothing of anybody else. */
export class Producer {
  readonly child: ChildProcess;
  private readonly answers: ((line: string) => void)[] = [];

  /** @param options.cpu the only CPU that it runs on: taskset(1) */
  constructor(options: { cpu?: number } = {}) {
    const program = compileProgram('getppid');
    const argv = options.cpu === undefined ? [program] : ['taskset', '-c', String(options.cpu), program];
    const [command = program, ...args] = argv;
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.answers.shift()?.(line);
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the producer did not start');
    return this.child.pid;
  }

  /** Calls getppid() that often. Resolves to the nanoseconds it took, when it is done. */
  getppid(count: number): Promise<number> {
    return new Promise((resolve) => {
      this.answers.push((line) => resolve(Number(line)));
      this.child.stdin?.write(`${count}\n`);
    });
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL');
  }
}
