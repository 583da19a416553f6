import { escapeControls } from '@probepad/protocol/values/escape';
import type { Log } from '../runs/log.ts';

/** The log of a machine that runs probes itself: what libbpf and the compiler say, on standard error with `--verbose` only. */
export function machineLog(verbose: boolean | undefined): Log {
  if (verbose !== true) return () => {};
  return (line) => void process.stderr.write(`probepad: ${escapeControls(line)}\n`);
}
