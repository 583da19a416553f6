import { setTimeout } from 'node:timers/promises';

/** Names as their language writes them, in the order given; what is not mangled stays. */
export type Demangle = (names: readonly string[]) => Promise<string[]>;

/** Milliseconds that names are collected: starting the tool in its box costs more than thousands of names do. */
const COLLECT = 20;
/** Names that are remembered, the newest: the same functions are asked for in each process that has them. */
const KEPT_MAX = 50_000;

/** A longer name stays as it is: a file of a stranger may have such of megabytes. */
const NAME_MAX = 8_192;

/** @param run asks the tool, once at a time; mangled names only; `collected` resolves when it may start */
export function createDemangler(
  run: Demangle,
  collected: () => Promise<void> = () => setTimeout(COLLECT),
): Demangle {
  const known = new Map<string, string>();
  let waiting = new Set<string>();
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();

  async function askAll(before: Promise<void>): Promise<void> {
    await collected();
    // Whoever asks while the tool is at work is answered by its next start. What it failed at is told by who waited for it.
    await before.catch(() => {});
    const names = [...waiting].filter((name) => !known.has(name));
    waiting = new Set();
    next = undefined;
    if (names.length === 0) return;
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
      if (next === undefined) {
        next = askAll(last);
        last = next;
      }
      await next;
      for (const name of unknown) found.set(name, known.get(name));
    }
    return names.map((name) => found.get(name) ?? name);
  };
}

/** Itanium's C++ ABI and Rust's names. A line break would shift all that follow. */
function isMangled(name: string): boolean {
  return name.length <= NAME_MAX && /^_{1,2}[ZR]/.test(name) && !/[\r\n]/.test(name);
}
