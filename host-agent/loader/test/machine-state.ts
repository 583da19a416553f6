import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

/** What the loader may leave behind, looked at from outside. */

function run(program: string, args: string[]): string {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

/** Whether the kernel still has the program of that id. */
export function programExists(id: number): boolean {
  return spawnSync('bpftool', ['prog', 'show', 'id', String(id)]).status === 0;
}

/** Directories named probepad-<run>: tracing instances and memory cgroups. */
export function leftovers(runName: string): string[] {
  const found: string[] = [];
  const instances = '/sys/kernel/tracing/instances';
  for (const name of existsSync(instances) ? readdirSync(instances) : []) {
    if (name === `probepad-${runName}`) found.push(`${instances}/${name}`);
  }
  const cgroups = spawnSync('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `probepad-${runName}`], {
    encoding: 'utf8',
  });
  found.push(...cgroups.stdout.split('\n').filter((line) => line !== ''));
  return found;
}

/** Waits until `condition` holds. */
export async function eventually(what: string, condition: () => boolean, patience = 5_000): Promise<void> {
  const deadline = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * A veth pair: `inside` in a network namespace of its own with 10.77.<n>.2, `outside` here with 10.77.<n>.1. No other
 * interface of the machine is touched.
 */
export class VethPair {
  readonly outside: string;
  readonly address: string;
  private readonly namespace: string;

  constructor(n: number) {
    this.namespace = `ppt${process.pid}n${n}`;
    this.outside = `ppt${process.pid % 100000}o${n}`;
    const inside = `ppt${process.pid % 100000}i${n}`;
    this.address = `10.77.${n}.2`;
    run('ip', ['netns', 'add', this.namespace]);
    run('ip', ['link', 'add', this.outside, 'type', 'veth', 'peer', 'name', inside, 'netns', this.namespace]);
    run('ip', ['addr', 'add', `10.77.${n}.1/24`, 'dev', this.outside]);
    run('ip', ['link', 'set', this.outside, 'up']);
    run('ip', ['netns', 'exec', this.namespace, 'ip', 'addr', 'add', `${this.address}/24`, 'dev', inside]);
    run('ip', ['netns', 'exec', this.namespace, 'ip', 'link', 'set', inside, 'up']);
  }

  /** Sends that many datagrams from here through the pair. Neither end needs to listen. */
  send(count: number): void {
    const script =
      'import socket,sys\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n' +
      'for i in range(int(sys.argv[2])): s.sendto(b"x",(sys.argv[1],9))';
    run('python3', ['-c', script, this.address, String(count)]);
  }

  [Symbol.dispose](): void {
    spawnSync('ip', ['link', 'del', this.outside]);
    spawnSync('ip', ['netns', 'del', this.namespace]);
  }
}
