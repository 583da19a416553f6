import type { Probe } from '@probepad/protocol/control/run';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import type { ProbepadError } from '@probepad/protocol/errors';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { Policy } from '../policy/policy.ts';
import type { Identity } from './loader-spec.ts';
import type { Log } from './log.ts';

/** What compiling gives; see compile/compiler.ts. */
export type Compiled =
  | {
      ok: true;
      object: Uint8Array;
      hash: string;
      schema: ProbeSchema;
      diagnostics: Diagnostic[];
      cached: boolean;
      milliseconds: number;
    }
  | { ok: false; error: ProbepadError; diagnostics: Diagnostic[]; cached: boolean; milliseconds: number };

/** The part of the compiler that runs need. */
export interface ProbeCompiler {
  compile(probe: Pick<Probe, 'files' | 'flags'>, signal?: AbortSignal): Promise<Compiled>;
}

/** What every run of this machine shares. */
export interface RunEnvironment {
  compiler: ProbeCompiler;
  loaderPath: string;
  policy: Policy;
  identity: Identity;
  log: Log;
}
