import type { Compiler } from '../compile/compiler.ts';
import type { Policy } from '../policy/policy.ts';
import type { Identity } from './loader-spec.ts';
import type { Log } from './log.ts';

/** The part of the compiler that runs need. */
export type ProbeCompiler = Pick<Compiler, 'compile' | 'hold'>;

/** What every run of this machine shares. */
export interface RunEnvironment {
  compiler: ProbeCompiler;
  loaderPath: string;
  policy: Policy;
  identity: Identity;
  log: Log;
  /** Notes what processes there are and come, while a run goes on that sends their addresses. @returns to be called at its end */
  watchProcesses?: (() => () => void) | undefined;
  /** Told the ids of a run's maps, so that they have names for whoever sees the ids. */
  nameMaps?: ((maps: readonly { id: number; name: string }[]) => void) | undefined;
}
