import { escapeLines } from '@probepad/protocol/values/escape';
import type { Problem } from '../session/problems.ts';
import { modelOf } from './models.ts';
import { monaco } from './monaco.ts';

const SEVERITY = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  note: monaco.MarkerSeverity.Info,
} as const;

/** Squiggles of every problem that has a place; hovering one tells its notes and its remedy. */
export function showMarkers(files: readonly { name: string }[], problems: readonly Problem[]): void {
  for (const { name } of files) {
    const model = modelOf(name);
    if (!model) continue;
    const here = problems.filter(({ place }) => place?.file === name);
    monaco.editor.setModelMarkers(
      model,
      'probepad',
      here.map((problem) => markerOf(model, problem)),
    );
  }
}

function markerOf(model: monaco.editor.ITextModel, problem: Problem): monaco.editor.IMarkerData {
  const { place } = problem;
  const line = Math.min(Math.max(1, place?.line ?? 1), model.getLineCount());
  const whole = problem.origin === 'verifier' || place?.column === undefined;
  const first = model.getLineFirstNonWhitespaceColumn(line) || 1;
  const column = whole ? first : Math.min(place.column, model.getLineMaxColumn(line));
  const word = model.getWordAtPosition({ lineNumber: line, column });
  const endColumn = whole ? model.getLineMaxColumn(line) : (place.endColumn ?? word?.endColumn ?? column + 1);
  const remedy = problem.remedy ? `\n→ ${problem.remedy}` : '';
  const loose = problem.notes.filter((note) => !note.place).map((note) => `\n${note.message}`);
  return {
    severity: SEVERITY[problem.severity],
    message: escapeLines(problem.message + loose.join('') + remedy),
    source: problem.option ? `${problem.origin} ${problem.option}` : problem.origin,
    startLineNumber: line,
    startColumn: column,
    endLineNumber: whole ? line : (place.endLine ?? line),
    endColumn: Math.max(endColumn, column + 1),
    relatedInformation: problem.notes.flatMap((note) => {
      const target = note.place && modelOf(note.place.file);
      if (!note.place || !target) return [];
      return [
        {
          resource: target.uri,
          message: escapeLines(note.message),
          startLineNumber: note.place.line,
          startColumn: note.place.column,
          endLineNumber: note.place.endLine ?? note.place.line,
          endColumn: note.place.endColumn ?? note.place.column + 1,
        },
      ];
    }),
  };
}
