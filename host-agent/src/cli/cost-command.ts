import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { CostReport } from '@probepad/protocol/control/cost';
import type { Probe } from '@probepad/protocol/control/run';
import { formatDuration } from '@probepad/protocol/values/units';
import { type MachineOptions, openMachine } from '../machine.ts';
import { createRunTable } from '../runs/run-table.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { LOCAL_HOST } from './local-session.ts';
import { askOneHost, ONE_HOST_OPTIONS, probeOf } from './one-host.ts';
import { openOutput } from './output.ts';
import { createTable } from './table.ts';
import { pairsOf } from './values.ts';

const OPTIONS = {
  ...ONE_HOST_OPTIONS,
  set: { type: 'string', multiple: true },
  attach: { type: 'string', multiple: true },
} as const;

/** `probepad cost`: what a probe costs the programs that it traces. @throws UsageError, ProbepadFailure, PolicyError */
export async function costCommand(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const probe: Probe = {
    ...(await probeOf(values, positionals)),
    params: pairsOf(values.set ?? [], 'set'),
    attach: pairsOf(values.attach ?? [], 'attach'),
  };
  const report = await askOneHost(
    values,
    (options) => measureHere(probe, options),
    (client, host) => client.request('cost.measure', { host, probe }),
  );
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
