import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { CostReport } from '@probepad/protocol/control/cost';
import type { Probe } from '@probepad/protocol/control/run';
import { MAP_INTERVAL } from '@probepad/protocol/limits';
import { formatDuration } from '@probepad/protocol/values/units';
import { type MachineOptions, openMachine } from '../machine.ts';
import { createRunTable } from '../runs/run-table.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { chooseHosts, connectToHub } from './hub-client.ts';
import { LOCAL_HOST } from './local-session.ts';
import { machineLog } from './machine-log.ts';
import { openOutput } from './output.ts';
import { readProbeFiles } from './probe-files.ts';
import { createTable } from './table.ts';
import { UsageError } from './usage.ts';
import { pairsOf } from './values.ts';

const OPTIONS = {
  host: { type: 'string' },
  hub: { type: 'string' },
  set: { type: 'string', multiple: true },
  attach: { type: 'string', multiple: true },
  flag: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  data: { type: 'string' },
  policy: { type: 'string' },
  verbose: { type: 'boolean' },
} as const;

/** `probepad cost`: what a probe costs the programs that it traces. @throws UsageError, ProbepadFailure, PolicyError */
export async function costCommand(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.hub === undefined && values.host !== undefined) throw new UsageError('--host needs --hub');
  const probe: Probe = {
    files: await readProbeFiles(positionals),
    flags: values.flag ?? [],
    params: pairsOf(values.set ?? [], 'set'),
    attach: pairsOf(values.attach ?? [], 'attach'),
    limits: { seconds: 0, events: 0, cpus: 0 },
    mapInterval: MAP_INTERVAL,
  };
  const report =
    values.hub === undefined
      ? await measureHere(probe, {
          dataDir: values.data,
          policyPath: values.policy,
          log: machineLog(values.verbose),
        })
      : await measureOnHub(probe, values.hub, values.host);
  const output = openOutput();
  if (values.json === true) {
    for (const operation of report.operations) output.line(JSON.stringify({ kind: 'cost', ...operation }));
  } else {
    for (const line of linesOf(report)) output.line(line);
  }
  await output.flush();
  return EXIT.fine;
}

async function measureHere(probe: Probe, options: MachineOptions): Promise<CostReport> {
  const { environment } = await openMachine(options);
  const nobody = { status() {}, schema() {}, counts() {}, data() {} };
  const table = createRunTable(environment, nobody);
  try {
    const request = { run: randomUUID(), stream: 0, user: 'local', host: LOCAL_HOST, probe };
    return await table.measure(request);
  } finally {
    await table.endAll('stopped');
    table.close();
  }
}

async function measureOnHub(probe: Probe, hub: string, host: string | undefined): Promise<CostReport> {
  const client = await connectToHub(hub);
  try {
    const [chosen] = chooseHosts(client.hosts, host === undefined ? [] : [host]);
    if (chosen === undefined) throw new UsageError('--host is needed');
    return await client.request('cost.measure', { host: chosen.id, probe });
  } finally {
    client.close();
  }
}

function linesOf({ operations }: CostReport): string[] {
  return createTable(['operation', 'without', 'with', 'added'], [false, true, true, true]).whole(
    operations.map(({ name, without, with: during, added }) => [
      name,
      formatDuration(Math.round(without)),
      formatDuration(Math.round(during)),
      added === 0 ? 'none seen' : `${formatDuration(Math.round(added))} (${percentOf(added, without)})`,
    ]),
  );
}

function percentOf(added: number, without: number): string {
  return `+${Number(((added / without) * 100).toPrecision(2))} %`;
}
