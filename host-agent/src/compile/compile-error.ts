import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { type ProbepadError, probepadError } from '@probepad/protocol/errors';
import { COMPILE_TIMEOUT, DIAGNOSTICS_MAX, OBJECT_MAX } from '@probepad/protocol/limits';
import type { BoxRun } from '../exec/box.ts';

/** A timeout's likely cause, which completes the remedy. */
const ENDLESS = 'look for a macro or include that expands without end';
const PRECOMPILING =
  'this host was still precompiling vmlinux.h, which makes a compile slow: try again in a minute';

/**
 * Why a compile gave no object; undefined when it gave one.
 * @param precompiling whether vmlinux.h had to be read whole because its precompiled form was not ready
 */
export function compileError(
  result: BoxRun,
  diagnostics: readonly Diagnostic[],
  precompiling: boolean,
): ProbepadError | undefined {
  const { code, signal, broken } = result;
  if (result.overflow !== undefined) {
    const limit = result.overflow === 'stdout' ? OBJECT_MAX : DIAGNOSTICS_MAX;
    const what = result.overflow === 'stdout' ? 'object' : 'diagnostics';
    return probepadError('compile_output_too_large', `compiling: ${what} too large`, { limit });
  }
  // bubblewrap passes a signal on as 128 + its number: SIGXCPU is 24, and SIGKILL follows at the hard limit.
  if (result.timedOut || code === 128 + 24 || code === 128 + 9) {
    const seconds = COMPILE_TIMEOUT / 1000;
    const cause = precompiling ? PRECOMPILING : ENDLESS;
    return probepadError('compile_timeout', 'compiling: out of time', { seconds, cause });
  }
  if (broken !== undefined) return probepadError('no_box', `compiling: ${broken}`, { reason: broken });
  if (code === 0) return undefined;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (code === 1 && errors.length > 0) {
    const [first] = errors;
    return probepadError('compile_failed', `compiling: ${first?.message ?? ''}`);
  }
  const reason =
    code === null ? `signal ${signal}` : code > 128 ? `signal ${code - 128}` : `exit code ${code}`;
  return probepadError('compile_crashed', `compiling: the compiler ended with ${reason}`, { reason });
}
