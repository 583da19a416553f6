import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { ProcessRecord } from '@probepad/protocol/loader';
import { type AddressSpace, addMapping, createAddressSpace, type Mapping } from './address-space.ts';
import { liveMappings } from './mapped-file.ts';

/** What is known of one process; kept for a while after its end, for who asks then. */
export interface Process {
  name: string | undefined;
  parent: number | undefined;
  /** Code that it has or had mapped; undefined when nobody has looked. */
  code: AddressSpace | undefined;
  /** Whether `code` is all of it: /proc has told, or the kernel from the beginning on, with nothing lost. */
  whole: boolean;
  ended: boolean;
  /** CLOCK_MONOTONIC in ns of the fork or execve(2) that made it what it is; 0 when that was before anybody watched. */
  since: number;
  /** When /proc was read for it, in milliseconds of this process's clock; undefined when the kernel told. */
  readAt: number | undefined;
}

/** Processes that were seen, by pid of this machine's first namespace. */
export interface ProcessTable {
  get(pid: number): Process | undefined;
  /** All that are known, by pid. */
  all(): ReadonlyMap<number, Process>;
  /** What is known, after a look into /proc for one that nobody told of, or `again` for one that may have mapped more. */
  look(pid: number, again?: boolean): Promise<Process | undefined>;
  /** Resolves when what the kernel has recorded up to now has been told; at once where nobody watches. */
  settled(): Promise<void>;
  take(record: ProcessRecord): void;
  /** From now on the kernel tells. Notes all processes that there are, so that they have names when they are gone. */
  watchBegins(): Promise<void>;
  /** From now on /proc is looked at instead. */
  watchEnds(): void;
  /** This process and its ancestors that are known, nearest first. */
  lineage(pid: number): number[];
}

/** Processes that are kept. A process that has ended goes before one that lives, the one told of longest ago first. */
const KEPT_MAX = 16_384;
/** Bytes that the mappings of all of them take. */
const SIZE_MAX = 128 * 1024 * 1024;
/** /proc is read again for one process at most this often, in milliseconds. */
const LOOK_INTERVAL = 500;
const LINEAGE_MAX = 16;
/** Milliseconds until a record has come: the loader looks for them every 100 ms. */
const RECORDS_DELAY = 250;
/** Processes whose mappings are read at once: each read takes the kernel the process's own lock. */
const SCAN_WIDTH = 4;

export function createProcessTable(now: () => number = () => performance.now()): ProcessTable {
  const processes = new Map<number, Process>();
  let watching = false;
  let size = 0;

  /** Gives a process other mappings, which may be another's too. */
  function setCode(process: Process, code: AddressSpace | undefined): void {
    const before = process.code;
    if (before === code) return;
    if (before !== undefined && --before.owners === 0) size -= before.size;
    if (code !== undefined && code.owners++ === 0) size += code.size;
    process.code = code;
  }

  function add(process: Process, mapping: Mapping): void {
    if (process.code === undefined || process.code.owners > 1) {
      setCode(process, createAddressSpace([...(process.code?.mappings ?? [])]));
    }
    const code = process.code as unknown as AddressSpace;
    size -= code.size;
    addMapping(code, mapping);
    size += code.size;
  }

  function forget(pid: number): void {
    const process = processes.get(pid);
    if (process !== undefined) setCode(process, undefined);
    processes.delete(pid);
  }

  function entry(pid: number): Process {
    let process = processes.get(pid);
    if (process === undefined) {
      process = {
        name: undefined,
        parent: undefined,
        code: undefined,
        whole: false,
        ended: false,
        since: 0,
        readAt: undefined,
      };
      processes.set(pid, process);
    }
    return process;
  }

  function forgetOldest(): void {
    if (processes.size <= KEPT_MAX && size <= SIZE_MAX) return;
    // A tenth at a time, so that looking for the oldest costs little for each.
    const ended = [...processes].filter(([, process]) => process.ended).map(([pid]) => pid);
    for (const pid of [...ended, ...processes.keys()]) {
      if (processes.size <= KEPT_MAX * 0.9 && size <= SIZE_MAX * 0.9) break;
      forget(pid);
    }
  }

  function take(record: ProcessRecord): void {
    note(record);
    forgetOldest();
  }

  /** Kernel's records of several CPUs come out of order, so each counts only for what is not younger than itself. */
  function note(record: ProcessRecord): void {
    switch (record.type) {
      case 'fork': {
        const known = processes.get(record.pid);
        const parent = processes.get(record.parent);
        if (known !== undefined && known.since > record.time) {
          known.parent = record.parent;
          break;
        }
        // The number is used again, or its first mapping was told before its birth.
        const own = known?.code?.mappings.filter(({ since }) => since > record.time) ?? [];
        forget(record.pid);
        const child = entry(record.pid);
        const whole = parent?.whole ?? false;
        Object.assign(child, { name: parent?.name, parent: record.parent, since: record.time, whole });
        setCode(child, parent?.code ?? createAddressSpace());
        for (const mapping of own) add(child, mapping);
        break;
      }
      case 'name': {
        const process = entry(record.pid);
        process.name = record.name;
        if (!record.exec || process.since > record.time) break;
        process.since = record.time;
        process.ended = false;
        process.whole = true;
        const left = process.code?.mappings.filter(({ since }) => since > record.time);
        setCode(process, createAddressSpace(left));
        break;
      }
      case 'map': {
        const process = entry(record.pid);
        if (record.time < process.since) break;
        add(process, {
          start: BigInt(`0x${record.start}`),
          end: BigInt(`0x${record.end}`),
          offset: BigInt(`0x${record.offset}`),
          device: { major: record.major, minor: record.minor },
          inode: BigInt(`0x${record.inode}`),
          path: record.path,
          since: record.time,
        });
        break;
      }
      case 'exit': {
        const process = processes.get(record.pid);
        if (process === undefined || process.since > record.time) break;
        process.ended = true;
        // Longest gone first.
        processes.delete(record.pid);
        processes.set(record.pid, process);
        break;
      }
      case 'lost':
        // Whose they were nobody knows.
        for (const process of processes.values()) process.whole = false;
        break;
      case 'watching':
      case 'failed':
        break;
    }
  }

  async function read(pid: number): Promise<void> {
    const [mappings, name] = await Promise.all([
      liveMappings(pid),
      readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
    ]);
    const known = processes.get(pid);
    // It has ended, and what it mapped since it was read nobody saw.
    if (mappings.length === 0 && known?.ended === false && !watching) known.whole = false;
    if (name === '') return;
    const process = entry(pid);
    process.readAt = now();
    process.name = name.replace(/\n$/, '');
    process.ended = false;
    // What the kernel told meanwhile is in there too, or newer. Without a watch it may be another process by now.
    if (mappings.length > 0) {
      if (watching && process.code !== undefined) for (const mapping of mappings) add(process, mapping);
      else setCode(process, createAddressSpace(mappings));
      process.whole = true;
    }
    forgetOldest();
  }

  return {
    get: (pid) => processes.get(pid),
    all: () => processes,
    take,
    async settled() {
      if (watching) await setTimeout(RECORDS_DELAY);
    },
    async look(pid, again = false) {
      const known = processes.get(pid);
      const due = now() - (known?.readAt ?? Number.NEGATIVE_INFINITY) >= LOOK_INTERVAL;
      const mayDiffer = (again && !known?.ended) || !watching;
      if (known?.code === undefined || (mayDiffer && due)) await read(pid);
      return processes.get(pid);
    },
    watchEnds() {
      watching = false;
    },
    async watchBegins() {
      watching = true;
      // What they did meanwhile nobody saw.
      for (const [pid, process] of processes) if (!process.ended) forget(pid);
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
      const next = pids.values();
      const worker = async (): Promise<void> => {
        for (const pid of next) await read(pid);
      };
      await Promise.all(Array.from({ length: SCAN_WIDTH }, worker));
    },
    lineage(pid) {
      const line: number[] = [];
      for (let at: number | undefined = pid; at !== undefined && line.length < LINEAGE_MAX; ) {
        if (line.includes(at)) break;
        line.push(at);
        at = processes.get(at)?.parent;
      }
      return line;
    },
  };
}
