import type { Probe } from '@probepad/protocol/control/run';
import { MAP_INTERVAL } from '@probepad/protocol/limits';
import type { MachineOptions } from '../machine.ts';
import { chooseHosts, connectToHub, type HubClient } from './hub-client.ts';
import { machineLog } from './machine-log.ts';
import { readProbeFiles } from './probe-files.ts';
import { UsageError } from './usage.ts';

/** Options of the commands that do one thing with a probe on one host: this machine, or one of a hub's. */
export const ONE_HOST_OPTIONS = {
  host: { type: 'string' },
  hub: { type: 'string' },
  flag: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  data: { type: 'string' },
  policy: { type: 'string' },
  verbose: { type: 'boolean' },
} as const;

export interface OneHostValues {
  host?: string;
  hub?: string;
  flag?: string[];
  data?: string;
  policy?: string;
  verbose?: boolean;
}

/** The probe in these files, without limits, parameters and targets. @throws UsageError */
export async function probeOf(values: OneHostValues, paths: readonly string[]): Promise<Probe> {
  return {
    files: await readProbeFiles(paths),
    flags: values.flag ?? [],
    params: {},
    attach: {},
    limits: { seconds: 0, events: 0, cpus: 0 },
    mapInterval: MAP_INTERVAL,
  };
}

/** Asks the host that the options name. @throws UsageError, ProbepadFailure, PolicyError */
export async function askOneHost<Answer>(
  values: OneHostValues,
  here: (options: MachineOptions) => Promise<Answer>,
  there: (client: HubClient, host: string) => Promise<Answer>,
): Promise<Answer> {
  if (values.hub === undefined) {
    if (values.host !== undefined) throw new UsageError('--host needs --hub');
    return here({ dataDir: values.data, policyPath: values.policy, log: machineLog(values.verbose) });
  }
  const client = await connectToHub(values.hub);
  try {
    const [chosen] = chooseHosts(client.hosts, values.host === undefined ? [] : [values.host]);
    if (chosen === undefined) throw new UsageError('--host is needed');
    return await there(client, chosen.id);
  } finally {
    client.close();
  }
}
