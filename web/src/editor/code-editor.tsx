import type { Host } from '@probepad/protocol/control/host';
import { useEffect, useRef, useState } from 'react';
import { usePreferences } from '../session/preferences.ts';
import type { Problem } from '../session/problems.ts';
import { HEADER_FILE, useReveal, useWorkspace } from '../session/workspace.ts';
import { remPixels } from '../ui/theme.ts';
import styles from './code-editor.module.css';
import { showMarkers } from './markers.ts';
import { headerModel, modelOf, syncModels } from './models.ts';
import { applyMonacoTheme, monaco, prepareMonaco } from './monaco.ts';
import { showVerifierZones } from './verifier-zones.ts';

/** What scroll position and cursor each file had, while the page lives. */
const viewStates = new Map<string, monaco.editor.ICodeEditorViewState | null>();

/** How long after a jump panels may still be opening, in milliseconds. */
const PANELS_OPEN = 500;

/** The text of the file that is shown. `host` is the one whose vmlinux.h is meant. */
export function CodeEditor({ problems, host }: { problems: readonly Problem[]; host: Host | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<monaco.editor.IStandaloneCodeEditor>();
  /** Words in place of a text that is not there. */
  const [instead, setInstead] = useState<string>();
  const hostId = host?.id;
  const btf = host?.facts?.btf ?? '';
  const file = useWorkspace((state) => state.file);
  const generation = useWorkspace((state) => state.generation);
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);
  const fileNames = useWorkspace((state) => state.files.map(({ name }) => name).join('\n'));

  useEffect(() => {
    if (!place.current) return;
    prepareMonaco();
    const made = monaco.editor.create(place.current, {
      model: null,
      automaticLayout: true,
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      renderLineHighlight: 'all',
      lineNumbersMinChars: 3,
      lineDecorationsWidth: 8,
      padding: { top: 8, bottom: 8 },
      fixedOverflowWidgets: true,
      wordBasedSuggestions: 'currentDocument',
      quickSuggestions: true,
      bracketPairColorization: { enabled: false },
      guides: { indentation: false },
      stickyScroll: { enabled: false },
      smoothScrolling: false,
      occurrencesHighlight: 'singleFile',
      unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true },
      overviewRulerLanes: 2,
      ariaLabel: 'Probe source',
      contextmenu: true,
      'semanticHighlighting.enabled': false,
    });
    setEditor(made);
    return () => {
      setEditor(undefined);
      made.dispose();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: taken over when the set or the generation changes, not at each key
  useEffect(() => syncModels(useWorkspace.getState().files), [fileNames, generation]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scale changes what a rem is
  useEffect(() => {
    if (!editor) return;
    applyMonacoTheme(theme);
    const size = Math.round(remPixels());
    editor.updateOptions({
      fontSize: size,
      lineHeight: Math.round(size * 1.5),
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono'),
    });
  }, [editor, theme, scale]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation may bring a new model of the same name
  useEffect(() => {
    if (!editor) return;
    let gone = false;
    const show = (model: monaco.editor.ITextModel | null): void => {
      if (gone || model?.isDisposed()) return;
      editor.setModel(model);
      editor.updateOptions({ readOnly: file === HEADER_FILE });
      editor.restoreViewState(viewStates.get(file) ?? null);
      setInstead(undefined);
    };
    if (file !== HEADER_FILE) show(modelOf(file));
    else {
      // Until it has come, no other file may be under its tab.
      show(null);
      setInstead(
        hostId === undefined ? 'Choose a host: vmlinux.h is made from its kernel.' : 'Loading vmlinux.h…',
      );
      if (hostId !== undefined) {
        headerModel(hostId, btf).then(show, (reason: Error) => {
          if (!gone) setInstead(reason.message);
        });
      }
    }
    return () => {
      gone = true;
      if (editor.getModel()) viewStates.set(file, editor.saveViewState());
    };
  }, [editor, file, fileNames, generation, hostId, btf]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: models change with the generation
  useEffect(() => {
    if (!editor) return;
    showMarkers(useWorkspace.getState().files, problems);
    return showVerifierZones(editor, file, problems);
  }, [editor, problems, file, fileNames, generation]);

  useEffect(() => {
    if (!editor) return;
    return useReveal.subscribe(({ place: wanted }) => {
      if (!wanted) return;
      // The file may have been switched by the same request: wait for its model.
      requestAnimationFrame(() => {
        const position = { lineNumber: wanted.line, column: wanted.column };
        editor.setPosition(position);
        editor.revealPositionInCenterIfOutsideViewport(position);
        editor.focus();
        // A panel that opens with it may cover the line only now.
        const layout = editor.onDidLayoutChange(() =>
          editor.revealPositionInCenterIfOutsideViewport(position),
        );
        setTimeout(() => layout.dispose(), PANELS_OPEN);
      });
    });
  }, [editor]);

  return (
    <div className={styles.frame}>
      <div ref={place} className={styles.editor} data-testid="editor" />
      {instead && (
        <div className={styles.instead} role="status" data-testid="no-text">
          {instead}
        </div>
      )}
    </div>
  );
}
