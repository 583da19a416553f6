import type { Check } from '@probepad/protocol/control/host';
import type { Compiler } from './compile/compiler.ts';
import type { Machine } from './machine.ts';
import { preflight } from './preflight/preflight.ts';
import type { Log } from './runs/log.ts';

/** What is found out about this machine while the agent runs. */
export interface Facts {
  /** Empty until there is a compiler. */
  compiler: { clang: string; btf: string };
  checks: Check[];
}

/** How often the machine is looked at for changes that the hub should know, milliseconds. */
const FACTS_INTERVAL = 5_000;

/** Waits for the compiler, however long it takes to be made or to fail. @returns it, or undefined when there is none */
export async function lookAtCompiler(machine: Machine, state: Facts): Promise<Compiler | undefined> {
  const compiler = await machine.compiler().catch(() => undefined);
  if (compiler !== undefined) state.compiler = compiler.facts();
  return compiler;
}

/**
 * Preflight now, when the compiler's header is ready, and what changes later: interfaces, a clang that was installed.
 * @param current all that the hub is told, as text to compare
 * @returns ends it
 */
export function watchFacts(
  machine: Machine,
  state: Facts,
  current: () => string,
  onChange: () => void,
  log: Log,
  interval: number = FACTS_INTERVAL,
): () => void {
  let told = '';
  let busy = false;

  function tell(): void {
    const now = current();
    if (now !== told) onChange();
    told = now;
  }

  async function look(): Promise<Compiler | undefined> {
    const compiler = await lookAtCompiler(machine, state);
    const { loaderPath, policy } = machine.environment;
    state.checks = await preflight({
      loaderPath,
      memory: policy.memory,
      names: policy.names,
      ...(compiler === undefined ? {} : { compiler }),
    });
    tell();
    return compiler;
  }

  /** Looks, and again when the compiler is as fast as it will be. */
  async function lookTwice(): Promise<void> {
    const compiler = await look();
    if (compiler === undefined) return;
    await compiler.ready;
    await look();
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    if (busy) return;
    busy = true;
    await work().catch((error: unknown) => log(`preflight: ${String(error)}`));
    busy = false;
  }

  void guarded(lookTwice);
  const timer = setInterval(() => {
    tell();
    void guarded(async () => {
      if (await machine.retryCompiler()) await lookTwice();
    });
  }, interval);
  return () => clearInterval(timer);
}
