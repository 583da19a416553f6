import { readFile } from 'node:fs/promises';
import type { Probe } from '@probepad/protocol/control/run';

/** A fixture as a probe, with parameters. */
export async function probeOf(
  path: string,
  params: Record<string, string>,
  text?: (source: string) => string,
): Promise<Probe> {
  const source = await readFile(path, 'utf8');
  return {
    files: [{ name: path.slice(path.lastIndexOf('/') + 1), text: text ? text(source) : source }],
    flags: [],
    params,
    attach: {},
    limits: { seconds: 60, events: 0, cpus: 0 },
    mapInterval: 1000,
  };
}
