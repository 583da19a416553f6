import { parseArgs } from 'node:util';
import type { Check, Host } from '@probepad/protocol/control/host';
import { escapeControls } from '@probepad/protocol/values/escape';
import { hostFacts } from '../host-facts.ts';
import { type MachineOptions, openMachine } from '../machine.ts';
import { preflight } from '../preflight/preflight.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { connectToHub } from './hub-client.ts';
import { LOCAL_HOST } from './local-session.ts';
import { machineLog } from './machine-log.ts';
import { openOutput } from './output.ts';
import { createTable } from './table.ts';

const OPTIONS = {
  hub: { type: 'string' },
  json: { type: 'boolean' },
  data: { type: 'string' },
  policy: { type: 'string' },
  verbose: { type: 'boolean' },
} as const;

/** `probepad hosts`: the hosts of a hub, or what this machine can do. @throws UsageError, ProbepadFailure */
export async function hostsCommand(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const hosts =
    values.hub === undefined
      ? [
          await thisMachine({
            dataDir: values.data,
            policyPath: values.policy,
            log: machineLog(values.verbose),
          }),
        ]
      : await hostsOf(values.hub);
  const output = openOutput();
  if (values.json === true) {
    for (const host of hosts) output.line(JSON.stringify({ kind: 'host', ...host }));
  } else {
    const cells = hosts.map(({ name, online, facts }) =>
      [name, online ? 'online' : 'offline', facts?.kernel ?? '', facts?.arch ?? '', facts?.clang ?? ''].map(
        escapeControls,
      ),
    );
    const table = createTable(
      ['name', 'state', 'kernel', 'arch', 'clang'],
      [false, false, false, false, false],
    );
    // Once to widen the columns.
    for (const row of cells) table.row(row);
    for (const line of [table.heading(), ...cells.map((row) => table.row(row))]) output.line(line);
    if (values.hub === undefined)
      for (const line of checkLines(hosts[0]?.facts?.checks ?? [])) output.line(line);
  }
  await output.flush();
  return EXIT.fine;
}

async function hostsOf(hub: string): Promise<Host[]> {
  const client = await connectToHub(hub);
  client.close();
  return client.hosts;
}

async function thisMachine(options: MachineOptions): Promise<Host> {
  const machine = await openMachine(options);
  const { loaderPath, policy } = machine.environment;
  const compiler = await machine.compiler().catch(() => undefined);
  const checks = await preflight({
    loaderPath,
    memory: policy.memory,
    names: policy.names,
    ...(compiler === undefined ? {} : { compiler }),
  });
  const facts = hostFacts(machine.policy.policy, compiler?.facts() ?? { clang: '', btf: '' }, checks);
  return { id: LOCAL_HOST, name: LOCAL_HOST, online: true, local: true, facts, lastSeen: Date.now() };
}

function checkLines(checks: readonly Check[]): string[] {
  const table = createTable(['check', 'result', 'found'], [false, false, false]);
  const rows = checks.flatMap(({ name, result, found, remedy }) => [
    table.row([name, result, escapeControls(found)]),
    ...(remedy === '' ? [] : [`          ${escapeControls(remedy)}`]),
  ]);
  return ['', table.heading(), ...rows];
}
