import { statSync } from 'node:fs';
import { isStackFormat, STACK_FORMATS, type StackFormat } from '@probepad/protocol/export/stack-file';
import { isTableFormat, TABLE_FORMATS, type TableFormat } from '@probepad/protocol/export/table-file';
import { UsageError } from './usage.ts';

/** `--format`, `--source` and `--out` of a run. */
export interface FileOptions {
  format: TableFormat | StackFormat;
  source: string | undefined;
  out: { kind: 'stdout' } | { kind: 'file' | 'folder'; path: string };
}

/** @returns undefined where no format is asked for @throws UsageError */
export function fileOptions(values: {
  format?: string | undefined;
  source?: string | undefined;
  out?: string | undefined;
  json?: boolean | undefined;
}): FileOptions | undefined {
  const { format, source, out } = values;
  if (format === undefined) {
    if (source !== undefined) throw new UsageError('--source needs --format');
    if (out !== undefined) throw new UsageError('--out needs --format');
    return undefined;
  }
  if (!isTableFormat(format) && !isStackFormat(format)) {
    const rows = Object.keys(TABLE_FORMATS).join(', ');
    const stacks = Object.keys(STACK_FORMATS).join(', ');
    throw new UsageError(`--format ${format}: ${rows} are known, and for stacks ${stacks}`);
  }
  if (values.json) throw new UsageError('--json and --format are two forms of output: one of them');
  if (out === undefined) {
    if ((format === 'parquet' || format === 'pprof') && process.stdout.isTTY)
      throw new UsageError(`--format ${format}: a terminal can not show it; --out FILE keeps it`);
    return { format, source, out: { kind: 'stdout' } };
  }
  const folder = out.endsWith('/') || (statSync(out, { throwIfNoEntry: false })?.isDirectory() ?? false);
  if (folder && statSync(out, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`--out ${out}: there is no such folder`);
  return { format, source, out: { kind: folder ? 'folder' : 'file', path: out } };
}
