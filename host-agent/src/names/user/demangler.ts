import { setTimeout } from 'node:timers/promises';

/** Names as their language writes them, in the order given; what is not mangled stays. */
export type Demangle = (names: readonly string[]) => Promise<string[]>;

/** Milliseconds that names are collected: starting the tool in its box costs more than thousands of names do. */
const COLLECT = 20;
/** Names that are remembered, the newest: the same functions are asked for in each process that has them. */
const KEPT_MAX = 50_000;

/** @param run asks the tool; mangled names only */
export function createDemangler(run: Demangle): Demangle {
  const known = new Map<string, string>();
  let waiting = new Set<string>();
  let next: Promise<void> | undefined;

  async function askAll(): Promise<void> {
    await setTimeout(COLLECT);
    const names = [...waiting];
    waiting = new Set();
    next = undefined;
    const plain = await run(names);
    names.forEach((name, at) => {
      known.set(name, plain[at] ?? name);
    });
    for (const oldest of known.keys()) {
      if (known.size <= KEPT_MAX) break;
      known.delete(oldest);
    }
  }

  return async (names) => {
    const mangled = names.filter(isMangled);
    const unknown = mangled.filter((name) => !known.has(name));
    const found = new Map(mangled.map((name) => [name, known.get(name)]));
    if (unknown.length > 0) {
      for (const name of unknown) waiting.add(name);
      next ??= askAll();
      await next;
      for (const name of unknown) found.set(name, known.get(name));
    }
    return names.map((name) => found.get(name) ?? name);
  };
}

/** Itanium's C++ ABI and Rust's names. A line break would shift all that follow. */
function isMangled(name: string): boolean {
  return /^_{1,2}[ZR]/.test(name) && !/[\r\n]/.test(name);
}
