import { hostname } from 'node:os';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { Probe, RunStatus } from '@probepad/protocol/control/run';
import { isStackFormat } from '@probepad/protocol/export/stack-file';
import { MAP_INTERVAL } from '@probepad/protocol/limits';
import { candidatesOf, choiceOf, structNameOf, withRecordTypes } from '@probepad/protocol/record-types';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { diagnosticText } from './carets.ts';
import { EXIT, type ExitCode, exitCodeOfStatus } from './exit-code.ts';
import { type FileOptions, fileOptions } from './file-options.ts';
import { hubSession } from './hub-session.ts';
import { jsonReport } from './json-report.ts';
import { localSession } from './local-session.ts';
import { machineLog } from './machine-log.ts';
import { createNameChase } from './name-chase.ts';
import { NOWHERE, type Output, openOutput } from './output.ts';
import { peopleReport } from './people-report.ts';
import { type AskNames, createPrintOrder } from './print-order.ts';
import { readProbeFiles } from './probe-files.ts';
import { createPlaces, type ResultFiles } from './result-files.ts';
import type { SessionListener } from './session.ts';
import { onStopSignal } from './signals.ts';
import { stackFiles } from './stack-files.ts';
import { tableFiles } from './table-files.ts';
import { UsageError } from './usage.ts';
import { amountOf, countOf, durationOf, pairsOf } from './values.ts';

const OPTIONS = {
  host: { type: 'string', multiple: true },
  hub: { type: 'string' },
  for: { type: 'string' },
  events: { type: 'string' },
  cpus: { type: 'string' },
  set: { type: 'string', multiple: true },
  attach: { type: 'string', multiple: true },
  flag: { type: 'string', multiple: true },
  type: { type: 'string', multiple: true },
  'map-interval': { type: 'string' },
  json: { type: 'boolean' },
  policy: { type: 'string' },
  verbose: { type: 'boolean' },
  data: { type: 'string' },
  format: { type: 'string' },
  source: { type: 'string' },
  out: { type: 'string' },
  export: { type: 'boolean' },
} as const;

/** Diagnostics with carets on standard error, each once for all hosts; and the exit code of the whole. */
function withDiagnostics(
  report: SessionListener,
  probe: Probe,
  notice: (line: string) => void,
  onExit: (code: ExitCode) => void,
): SessionListener {
  const printed = new Set<string>();
  const printNew = ({ diagnostics }: RunStatus): void => {
    for (const diagnostic of diagnostics) {
      const text = diagnosticText(diagnostic, probe.files);
      if (!printed.has(text)) notice(text);
      printed.add(text);
    }
  };
  return {
    ...report,
    status(host, status) {
      printNew(status);
      report.status(host, status);
    },
    ended(host, status, counts) {
      printNew(status);
      report.ended(host, status, counts);
      onExit(exitCodeOfStatus(status));
    },
  };
}

/** @throws UsageError when the program has no such source or struct */
function withChosenTypes(schema: ProbeSchema, types: Readonly<Record<string, string>>): ProbeSchema {
  for (const [key, struct] of Object.entries(types)) {
    const name = choiceOf(key)?.source ?? key;
    const source = schema.sources.find((each) => each.name === name && each.kind === 'events');
    const structs = source ? candidatesOf(source).map(({ type }) => structNameOf(schema, type)) : [];
    if (structs.includes(struct)) continue;
    const known = source
      ? structs
      : schema.sources.filter(({ kind }) => kind === 'events').map((each) => each.name);
    const what = source ? `${name} can't be ${struct}` : `there are no events named ${name}`;
    throw new UsageError(`--type ${key}=${struct}: ${what}; it is one of: ${known.join(', ') || 'none'}`);
  }
  return withRecordTypes(schema, types);
}

function resultFiles(
  options: FileOptions,
  title: string,
  asking: Promise<AskNames>,
  output: Output,
  notice: (line: string) => void,
  fail: (code: ExitCode) => void,
): ResultFiles {
  const { format } = options;
  const places = createPlaces(options, output, notice, fail);
  return isStackFormat(format)
    ? stackFiles(format, title, places, createNameChase(asking), notice)
    : tableFiles(format, places);
}

/** `probepad run`. @throws UsageError, ProbepadFailure, PolicyError */
export async function runCommand(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const { hub, host: hosts = [], json = false } = values;
  if (hub === undefined && hosts.length > 0) throw new UsageError('--host needs --hub');
  if (hub === undefined && values.export)
    throw new UsageError('--export needs --hub: it is the hub that hands on');
  const probe: Probe = {
    files: await readProbeFiles(positionals),
    flags: values.flag ?? [],
    params: pairsOf(values.set ?? [], 'set'),
    attach: pairsOf(values.attach ?? [], 'attach'),
    limits: {
      seconds: values.for === undefined ? 0 : durationOf(values.for, 'for') / 1000,
      events: values.events === undefined ? 0 : countOf(values.events, 'events'),
      cpus: values.cpus === undefined ? 0 : amountOf(values.cpus, 'cpus'),
    },
    mapInterval:
      values['map-interval'] === undefined
        ? MAP_INTERVAL
        : durationOf(values['map-interval'], 'map-interval'),
    ...(values.export && { exported: true }),
  };

  const wanted = fileOptions(values);
  const output = openOutput();
  const notice = (line: string): void => void process.stderr.write(`${line}\n`);
  const { promise: asking, resolve: canAsk } = Promise.withResolvers<AskNames>();
  const order = createPrintOrder(asking);
  let exitCode: ExitCode = EXIT.fine;
  let stop = (): void => {};
  const title = basename(positionals[0] ?? '');
  const files =
    wanted &&
    resultFiles(wanted, title, asking, output, notice, (code) => {
      exitCode = Math.max(exitCode, code) as ExitCode;
      stop();
    });
  const report =
    files !== undefined
      ? files.report(peopleReport(NOWHERE, notice, hosts.length))
      : json
        ? jsonReport(output)
        : peopleReport(output, notice, hosts.length, order);
  const listener = withDiagnostics(report, probe, notice, (code) => {
    exitCode = Math.max(exitCode, code) as ExitCode;
  });
  const name = `${title} (${hostname()})`;
  const start =
    hub === undefined
      ? localSession({ dataDir: values.data, policyPath: values.policy, log: machineLog(values.verbose) })
      : hubSession(hub, hosts, name);

  const hasRoom = (): boolean => output.hasRoom() && order.hasRoom() && (files?.hasRoom() ?? true);
  const types = pairsOf(values.type ?? [], 'type');
  let mistake: unknown;
  const session = await start(probe, {
    ...listener,
    schema(host, schema, arch) {
      try {
        listener.schema(host, withChosenTypes(schema, types), arch);
      } catch (thrown) {
        mistake = thrown;
        // A hub's first events come before there is a session.
        setImmediate(() => session.stop());
      }
    },
    frame(host, frame) {
      listener.frame(host, frame);
      if (!hasRoom()) session.setFlow(false);
    },
  });
  canAsk(session.names);
  stop = () => session.stop();
  if (files?.failed) stop();
  const openFlow = (): void => {
    if (hasRoom()) session.setFlow(true);
  };
  output.onRoom(openFlow);
  files?.onRoom(openFlow);
  order.onRoom(openFlow);
  output.onGone(() => session.stop());
  const hurry = new AbortController();
  const release = onStopSignal(
    () => session.stop(),
    () => hurry.abort(),
  );
  try {
    await session.done;
  } finally {
    await order.settled();
    await files?.finish(hurry.signal).catch((error: unknown) => {
      mistake ??= error;
    });
    release();
    await session.close();
    await output.flush();
  }
  if (mistake !== undefined) throw mistake;
  return exitCode;
}
