import { parseArgs } from 'node:util';
import type { CompileResult, Probe } from '@probepad/protocol/control/run';
import { ProbepadFailure } from '@probepad/protocol/errors';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { escapeControls } from '@probepad/protocol/values/escape';
import { type MachineOptions, openMachine } from '../machine.ts';
import { diagnosticText } from './carets.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { diagnosticLine } from './json-report.ts';
import { askOneHost, ONE_HOST_OPTIONS, probeOf } from './one-host.ts';
import { openOutput } from './output.ts';
import { createTable } from './table.ts';

/** `probepad check`: compiles, and shows what the program is. @throws UsageError, ProbepadFailure */
export async function checkCommand(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: ONE_HOST_OPTIONS,
    allowPositionals: true,
  });
  const probe = await probeOf(values, positionals);
  const result = await askOneHost(
    values,
    (options) => compileHere(probe, options),
    (client, host) => client.request('compile', { host, probe }),
  );
  const output = openOutput();
  for (const diagnostic of result.diagnostics) {
    process.stderr.write(`${diagnosticText(diagnostic, probe.files)}\n`);
    if (values.json === true) output.line(diagnosticLine(undefined, diagnostic));
  }
  if (result.schema !== undefined) {
    if (values.json === true) output.line(JSON.stringify({ kind: 'schema', ...result.schema }));
    else for (const line of summaryOf(result.schema)) output.line(line);
  }
  await output.flush();
  return result.ok ? EXIT.fine : EXIT.probe;
}

async function compileHere(probe: Probe, options: MachineOptions): Promise<CompileResult> {
  const { environment } = await openMachine(options);
  const compiled = await environment.compiler.compile(probe);
  const { diagnostics, cached, milliseconds } = compiled;
  if (compiled.ok) {
    return { ok: true, diagnostics, cached, milliseconds, schema: compiled.schema, object: compiled.hash };
  }
  if (diagnostics.length === 0) throw new ProbepadFailure(compiled.error);
  return { ok: false, diagnostics, cached, milliseconds };
}

function summaryOf(schema: ProbeSchema): string[] {
  const programs = schema.programs.map(({ name, section, needsTarget, targetExample }) => [
    name,
    section,
    needsTarget ? `needs --attach ${name}=…, as in ${targetExample}` : 'as SEC() says',
  ]);
  const sources = schema.sources.map(({ name, kind, mapType }) => [name, kind, mapType]);
  const params = schema.params.map(({ name, initial }) => [name, escapeControls(initial)]);
  return [
    ...(programs.length > 0 ? tableOf(['program', 'section', 'target'], programs) : ['no programs']),
    ...(sources.length > 0 ? ['', ...tableOf(['source', 'kind', 'map type'], sources)] : []),
    ...(params.length > 0 ? ['', ...tableOf(['parameter', 'initial'], params)] : []),
  ];
}

function tableOf(names: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return createTable(
    names,
    names.map(() => false),
  ).whole(rows);
}
