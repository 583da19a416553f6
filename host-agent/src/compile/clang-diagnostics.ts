import type { Diagnostic, Place } from '@probepad/protocol/diagnostics';
import { remedyOf } from './clang-remedies.ts';
import { endOfWord, type SourceLines, utf16Column } from './source-columns.ts';

/** Options that make clang print what this file reads. Source: Clang Compiler User's Manual, "Formatting of Diagnostics". */
export const DIAGNOSTIC_OPTIONS = [
  '-fdiagnostics-print-source-range-info',
  '-fno-caret-diagnostics',
  '-fno-color-diagnostics',
  '-fdiagnostics-show-option',
  '-fmessage-length=0',
  '-ferror-limit=50',
];

const LOCATED =
  /^(?<path>[^:\s][^:]*):(?<line>\d+):(?<column>\d+):(?<ranges>(?:\{[^}]*\})*:?) (?<severity>fatal error|error|warning|note|remark): (?<message>.*)$/;
const BACKEND = /^(?<severity>error|warning): (?<path>[^:\s]+):(?<line>\d+):(?<column>\d+): (?<message>.*)$/;
const UNLOCATED = /^(?:clang(?:-\d+)?: )?(?<severity>fatal error|error|warning): (?<message>.*)$/;
const INCLUDED = /^(?:In file included from|\s+from) (?<path>[^:]+):(?<line>\d+)[:,]/;
const OPTION = / \[(?<option>-W[^\],]+)(?:,[^\]]*)?\]$/;
/** Said of code without debug locations and of macros in headers that are not the user's: no use to anybody. */
const NOISE = /^(could not determine the original source location|expanded from (here|macro ))/;
const MESSAGE_MAX = 2_000;
const MORE = 'more messages from the same header are left out';

/**
 * Reads what clang wrote to stderr. `folder` is the snippet's folder as the box showed it; paths in it become file names of
 * the snippet. A message in another header is shown at the line of the user's file that included it, if that is known.
 */
export function diagnosticsOfClang(text: string, lines: SourceLines, folder: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  let included: { path: string; line: number }[] = [];
  let inInclude = false;
  let at: string | undefined;

  for (const row of text.split('\n')) {
    const include = INCLUDED.exec(row)?.groups;
    if (include?.path && include.line) {
      if (!inInclude) included = [];
      inInclude = true;
      included.push({ path: include.path, line: Number(include.line) });
      continue;
    }
    const groups = (LOCATED.exec(row) ?? BACKEND.exec(row) ?? UNLOCATED.exec(row))?.groups;
    if (groups === undefined) continue;
    // clang says how it came to a file only when that changes.
    if (!inInclude && groups.path !== at) included = [];
    if (groups.severity !== 'note') at = groups.path;
    inInclude = false;

    const message = (groups.message ?? '').replace(OPTION, '').slice(0, MESSAGE_MAX);
    const option = OPTION.exec(groups.message ?? '')?.groups?.option;
    const name = snippetName(groups.path, lines, folder);
    const place =
      name === undefined
        ? includingPlace(included, lines, folder)
        : placeOf(name, groups, lines.get(name) ?? []);
    const foreign = groups.path !== undefined && name === undefined;
    const shown = foreign ? `${message} (in ${headerName(groups.path)}, line ${groups.line})` : message;

    if (groups.severity === 'note') {
      if (NOISE.test(message) && (foreign || /^could/.test(message))) continue;
      diagnostics.at(-1)?.notes.push({ message: shown, ...(place && !foreign && { place }) });
      continue;
    }
    if (/^\d+ (error|warning)s? generated|too many errors emitted/.test(message)) continue;
    const remedy = remedyOf(message, name === undefined ? '' : wordAt(place, lines));
    const diagnostic: Diagnostic = {
      origin: 'clang',
      severity: groups.severity?.includes('error') ? 'error' : 'warning',
      message: shown,
      ...(place && { place }),
      ...(option && { option }),
      notes: [],
      ...(remedy && { remedy }),
    };
    const previous = diagnostics.at(-1);
    if (foreign && place && previous && samePlace(previous, diagnostic)) {
      // One wrong line in front of a header makes dozens of errors in it: the first says it.
      if (!previous.notes.some((note) => note.message === MORE)) previous.notes.push({ message: MORE });
      continue;
    }
    // A macro of the wrapper header names its argument twice, so an error in it is reported twice.
    if (!diagnostics.some((other) => sameReport(other, diagnostic))) diagnostics.push(diagnostic);
  }
  return diagnostics;
}

function sameReport(left: Diagnostic, right: Diagnostic): boolean {
  return left.message === right.message && samePlace(left, right);
}

function samePlace(left: Diagnostic, right: Diagnostic): boolean {
  return (
    left.severity === right.severity &&
    left.place?.file === right.place?.file &&
    left.place?.line === right.place?.line &&
    left.place?.column === right.place?.column
  );
}

function wordAt(place: Place | undefined, lines: SourceLines): string {
  const row = place && lines.get(place.file)?.[place.line - 1];
  return row && place.endLine === place.line
    ? row.slice(place.column - 1, (place.endColumn ?? place.column) - 1)
    : '';
}

function placeOf(
  file: string,
  groups: Record<string, string | undefined>,
  rows: readonly string[],
): Place | undefined {
  const line = Number(groups.line);
  if (line < 1) return undefined;
  const bytes = Math.max(1, Number(groups.column));
  const row = rows[line - 1] ?? '';
  const column = utf16Column(row, bytes);
  for (const range of (groups.ranges ?? '').matchAll(/(\d+):(\d+)-(\d+):(\d+)/g)) {
    const [startLine, startColumn, endLine, endColumn] = range.slice(1).map(Number);
    if (startLine !== line || startColumn !== bytes || endLine === undefined || endColumn === undefined)
      continue;
    return { file, line, column, endLine, endColumn: utf16Column(rows[endLine - 1] ?? '', endColumn) };
  }
  return { file, line, column, endLine: line, endColumn: endOfWord(row, column) };
}

/** The innermost line of the user's own files on the way to a header that is not theirs. */
function includingPlace(
  stack: readonly { path: string; line: number }[],
  lines: SourceLines,
  folder: string,
): Place | undefined {
  for (const { path, line } of stack) {
    const file = snippetName(path, lines, folder);
    if (file === undefined) continue;
    const row = lines.get(file)?.[line - 1] ?? '';
    return { file, line, column: 1, endLine: line, endColumn: row.length + 1 };
  }
  return undefined;
}

function snippetName(path: string | undefined, lines: SourceLines, folder: string): string | undefined {
  if (path === undefined) return undefined;
  const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path.replace(/^\.\//, '');
  return lines.has(name) ? name : undefined;
}

function headerName(path: string | undefined): string {
  return (path ?? '')
    .split('/')
    .slice(-2)
    .join('/')
    .replace(/^kernel\//, '');
}
