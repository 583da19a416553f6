import type { Problem } from '../session/problems.ts';
import { monaco } from './monaco.ts';
import styles from './verifier-zones.module.css';

/** Rejections that were brought into view already, so that a person who scrolls away is left alone. */
const shown = new Set<string>();

type Editor = monaco.editor.IStandaloneCodeEditor;

const NOTES_MAX = 6;
/** Pixels that a zone's words leave free at the right. */
const SCROLLBAR = 24;

/** Shows what the verifier said under the line that it said it of. @returns a function that takes the zones away */
export function showVerifierZones(editor: Editor, file: string, problems: readonly Problem[]): () => void {
  const here = problems.filter(({ origin, place }) => origin === 'verifier' && place?.file === file);
  const zones: string[] = [];
  const observers: ResizeObserver[] = [];
  const listeners: monaco.IDisposable[] = [];
  const marks = editor.createDecorationsCollection(
    here.map(({ place }) => ({
      range: new monaco.Range(place?.line ?? 1, 1, place?.line ?? 1, 1),
      options: {
        isWholeLine: true,
        className: styles.line ?? '',
        linesDecorationsClassName: styles.edge ?? '',
        overviewRuler: { color: '#d55e00', position: monaco.editor.OverviewRulerLane.Full },
      },
    })),
  );
  editor.changeViewZones((access) => {
    for (const problem of here) {
      const content = zoneContent(problem);
      const outer = document.createElement('div');
      outer.className = styles.outer ?? '';
      outer.append(content);
      const zone: monaco.editor.IViewZone = {
        afterLineNumber: problem.place?.line ?? 1,
        heightInPx: 60,
        domNode: outer,
      };
      const id = access.addZone(zone);
      zones.push(id);
      const fit = (): void => {
        content.style.maxWidth = `${editor.getLayoutInfo().contentWidth - SCROLLBAR}px`;
      };
      fit();
      listeners.push(editor.onDidLayoutChange(fit));
      const observer = new ResizeObserver(() => {
        const height = content.offsetHeight + 8;
        if (zone.heightInPx === height) return;
        zone.heightInPx = height;
        editor.changeViewZones((again) => again.layoutZone(id));
      });
      observer.observe(content);
      observers.push(observer);
    }
  });
  const fresh = here.find((problem) => !shown.has(keyOf(problem)));
  for (const problem of here) shown.add(keyOf(problem));
  if (fresh?.place) editor.revealLineInCenter(fresh.place.line);
  return () => {
    for (const observer of observers) observer.disconnect();
    for (const listener of listeners) listener.dispose();
    marks.clear();
    editor.changeViewZones((access) => {
      for (const id of zones) access.removeZone(id);
    });
  };
}

function zoneContent(problem: Problem): HTMLElement {
  const content = document.createElement('div');
  content.className = styles.zone ?? '';
  content.dataset.testid = 'verifier-zone';
  content.append(line(styles.message, `verifier: ${problem.message}`));
  for (const note of problem.notes.slice(0, NOTES_MAX)) content.append(line(styles.note, note.message));
  if (problem.remedy) content.append(line(styles.remedy, `→ ${problem.remedy}`));
  return content;
}

function line(className: string | undefined, text: string): HTMLElement {
  const element = document.createElement('div');
  element.className = className ?? '';
  element.textContent = text;
  return element;
}

function keyOf({ id, place }: Problem): string {
  return `${id} ${place?.line}`;
}
