import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { descendants } from '../../scripts/process-tree.mjs';

/** What one run holds on this machine: its processes, and what they hold in the kernel. */
export interface Holdings {
  processes: number[];
  programs: number[];
  maps: number[];
  links: number[];
  /** Directories of the run's memory cgroup and tracing instance. */
  directories: string[];
}

const LOADER = /\/probepad-loader$/;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function isLoader(pid: number): boolean {
  try {
    return LOADER.test(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return false;
  }
}

/** Ids that descriptors of a process hold: `prog_id:`, `map_id:`, `link_id:` in /proc/PID/fdinfo (linux/kernel/bpf/syscall.c). */
function idsOf(pid: number, field: string): number[] {
  return entries(`/proc/${pid}/fdinfo`).flatMap((descriptor) => {
    const match = new RegExp(`^${field}:\\s*(\\d+)$`, 'm').exec(read(`/proc/${pid}/fdinfo/${descriptor}`));
    return match === null ? [] : [Number(match[1])];
  });
}

const PLACES = [
  '/sys/fs/cgroup',
  '/sys/fs/cgroup/memory',
  '/sys/fs/cgroup/unified',
  '/sys/kernel/tracing/instances',
];

/** Every directory that runs make, of all runs on the machine. */
export function runDirectories(): string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    for (const name of entries(folder)) {
      if (name.startsWith('probepad-')) found.push(`${folder}/${name}`);
      else if (depth > 0 && !name.includes('.')) visit(`${folder}/${name}`, depth - 1);
    }
  };
  for (const place of PLACES) visit(place, place.endsWith('instances') ? 0 : 1);
  return [...new Set(found)];
}

/** The loaders below `pid`, with what they hold. The first of them is the loader itself, the others its helpers. */
export function holdingsBelow(pid: number): Holdings {
  const processes = descendants(pid).filter(isLoader);
  const unique = (field: string): number[] => [...new Set(processes.flatMap((one) => idsOf(one, field)))];
  return {
    processes,
    programs: unique('prog_id'),
    maps: unique('map_id'),
    links: unique('link_id'),
    directories: processes.flatMap(directoriesOf),
  };
}

/** By the cgroup that a loader is in, whose name the tracing instance shares. */
function directoriesOf(pid: number): string[] {
  const name = /probepad-[a-z0-9]+/.exec(read(`/proc/${pid}/cgroup`))?.[0];
  return name === undefined ? [] : runDirectories().filter((path) => path.endsWith(`/${name}`));
}

function idsInKernel(kind: 'prog' | 'map' | 'link'): Set<number> {
  const listed = JSON.parse(execFileSync('bpftool', ['-j', kind, 'show'], { encoding: 'utf8' })) as {
    id: number;
  }[];
  return new Set(listed.map(({ id }) => id));
}

function isAlive(pid: number): boolean {
  return !['', 'Z', 'X'].includes(/\) (\S)/.exec(read(`/proc/${pid}/stat`))?.[1] ?? '');
}

/** What of it is still there. */
export function remainsOf(held: Holdings): string[] {
  const left = (kind: 'prog' | 'map' | 'link', ids: readonly number[]): string[] => {
    const present = idsInKernel(kind);
    return ids.filter((id) => present.has(id)).map((id) => `${kind} ${id}`);
  };
  const directories = runDirectories();
  return [
    ...held.processes.filter(isAlive).map((pid) => `process ${pid}`),
    ...left('prog', held.programs),
    ...left('map', held.maps),
    ...left('link', held.links),
    ...held.directories.filter((path) => directories.includes(path)),
  ];
}

/** Waits until nothing of it is left. @returns milliseconds it took. @throws with what is left after `limit` ms */
export async function untilGone(held: Holdings, limit: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const left = remainsOf(held);
    const passed = performance.now() - began;
    if (left.length === 0) return passed;
    if (passed > limit) throw new Error(`left after ${Math.round(passed)} ms: ${left.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until a run holds all that a run holds, so that a test cannot pass by looking too early. */
export async function untilHolding(pid: number, limit = 10_000): Promise<Holdings> {
  const began = performance.now();
  for (;;) {
    const held = holdingsBelow(pid);
    const { processes, programs, maps, links } = held;
    if (processes.length > 0 && programs.length > 0 && maps.length > 0 && links.length > 0) return held;
    if (performance.now() - began > limit) throw new Error(`no run below ${pid}: ${JSON.stringify(held)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resident memory and open descriptors of a process. */
export function usageOf(pid: number): { bytes: number; descriptors: number } {
  const pages = Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0);
  return { bytes: pages * 4096, descriptors: entries(`/proc/${pid}/fd`).length };
}
