import type { CompileResult } from '@probepad/protocol/control/run';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import type { ProbepadError } from '@probepad/protocol/errors';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { create } from 'zustand';

export interface Check {
  /** A compile of the text on screen is under way. */
  checking: boolean;
  diagnostics: readonly Diagnostic[];
  /** Of the last text that compiled: forms and attach targets come from it. */
  schema: ProbeSchema | undefined;
  /** The probe that the schema is of, as `Workspace.opening` counts them. */
  opening: number | undefined;
  error: ProbepadError | undefined;
  /** Of the compile alone. */
  milliseconds: number | undefined;
  cached: boolean;
}

/** Of a text that was not compiled. */
export const UNCHECKED: Readonly<Check> = {
  checking: false,
  diagnostics: [],
  schema: undefined,
  opening: undefined,
  error: undefined,
  milliseconds: undefined,
  cached: false,
};

/** What compiling the text on screen, without running it, says. */
export const useCheck = create<Check>(() => UNCHECKED);

/** `opening`: that of the probe that was compiled. */
export function putCheck(result: CompileResult, opening: number): void {
  useCheck.setState({
    checking: false,
    diagnostics: result.diagnostics,
    ...(result.schema && { schema: result.schema, opening }),
    error: undefined,
    milliseconds: result.milliseconds,
    cached: result.cached,
  });
}
