import type { SourceFile } from '@probepad/protocol/control/run';
import type { Diagnostic, Place } from '@probepad/protocol/diagnostics';
import { escapeControls } from '@probepad/protocol/values/escape';

const TAB = '    ';

/** The source line of a place with a caret, or a caret and tildes for a range, below it. */
function excerpt(place: Place, files: readonly SourceFile[]): string[] {
  const text = files.find((file) => file.name === place.file)?.text.split('\n')[place.line - 1];
  if (text === undefined) return [];
  const number = String(place.line).padStart(5);
  const shown = (part: string): string =>
    escapeControls(part.replace(/\r$/, '').replaceAll('\t', TAB)).replaceAll('␉', TAB);
  const before = shown(text.slice(0, place.column - 1));
  const sameLine = place.endLine === undefined || place.endLine === place.line;
  const end = sameLine ? (place.endColumn ?? place.column + 1) : text.length + 1;
  const width = Math.max(1, shown(text.slice(place.column - 1, end - 1)).length);
  return [
    `${number} | ${shown(text)}`,
    `${' '.repeat(5)} | ${' '.repeat(before.length)}^${'~'.repeat(width - 1)}`,
  ];
}

function placeText(place: Place | undefined): string {
  return place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `;
}

/** A diagnostic as compilers print one: place, message, the line with a caret, notes, and what to do. */
export function diagnosticText(diagnostic: Diagnostic, files: readonly SourceFile[]): string {
  const { severity, message, place, option, notes, remedy, origin } = diagnostic;
  const from = origin === 'verifier' ? ' (verifier)' : '';
  const suffix = option === undefined ? '' : ` [${option}]`;
  const lines = [`${placeText(place)}${severity}${from}: ${escapeControls(message)}${suffix}`];
  if (place !== undefined) lines.push(...excerpt(place, files));
  for (const note of notes) {
    lines.push(`${placeText(note.place)}note: ${escapeControls(note.message)}`);
    if (note.place !== undefined) lines.push(...excerpt(note.place, files));
  }
  if (remedy !== undefined && remedy !== '') lines.push(`  help: ${escapeControls(remedy)}`);
  return lines.join('\n');
}
