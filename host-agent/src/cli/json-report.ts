import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { toJson } from '@probepad/protocol/values/value';
import type { Output } from './output.ts';
import { createRowDecoder, rowOf } from './rows.ts';
import type { SessionListener } from './session.ts';

export function diagnosticLine(host: string | undefined, diagnostic: Diagnostic): string {
  return JSON.stringify({ kind: 'diagnostic', ...(host === undefined ? {} : { host }), ...diagnostic });
}

/** One JSON object a line; integers beyond 2^53 are strings. */
export function jsonReport(output: Output): SessionListener {
  const decoders = new Map<string, ReturnType<typeof createRowDecoder>>();
  const told = new Map<string, number>();
  const running = new Set<string>();
  const print = (line: Record<string, unknown>): void => output.line(JSON.stringify(line));

  function newDiagnostics(host: string, diagnostics: readonly Diagnostic[]): void {
    const before = told.get(host) ?? 0;
    for (const diagnostic of diagnostics.slice(before)) output.line(diagnosticLine(host, diagnostic));
    told.set(host, Math.max(before, diagnostics.length));
  }

  return {
    status(host, status) {
      newDiagnostics(host, status.diagnostics);
      if (status.state === 'running') running.add(host);
    },
    schema(host, schema) {
      if (decoders.has(host)) return;
      print({ kind: 'schema', host, ...schema });
      decoders.set(
        host,
        createRowDecoder(schema, {
          records({ name }, { columns, rows }) {
            for (let row = 0; row < rows; row++) {
              print({ kind: 'event', host, source: name, data: toJson(rowOf(columns, row)) });
            }
          },
          snapshot({ name }, entries, partial) {
            const shown = entries.map(({ key, value }) => ({ key: toJson(key), value: toJson(value) }));
            print({ kind: 'map', host, source: name, entries: shown, ...(partial ? { partial } : {}) });
          },
          globals: ({ name }, value) => print({ kind: 'globals', host, source: name, data: toJson(value) }),
          trace(lines) {
            for (const { text, comm, pid, cpu, timeNs } of lines) {
              print({ kind: 'trace', host, text, comm, pid, cpu, time_ns: toJson(timeNs) });
            }
          },
          text: ({ name }, text) => print({ kind: 'text', host, source: name, text }),
        }),
      );
    },
    counts(host, { sources, programs }) {
      // Whoever reads the first of these knows that the programs are attached.
      if (!running.has(host)) return;
      print({ kind: 'stats', host, sources, ...(programs === undefined ? {} : { programs }) });
    },
    frame: (host, frame) => decoders.get(host)?.(frame),
    ended(host, status, counts) {
      newDiagnostics(host, status.diagnostics);
      print({
        kind: 'end',
        host,
        reason: status.reason,
        ...(status.error === undefined ? {} : { error: status.error }),
        timing_ms: status.timing,
        programs: status.programs,
        remarks: status.remarks,
        sources: counts?.sources ?? {},
      });
    },
  };
}
