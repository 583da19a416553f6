import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/register.all';
import 'monaco-editor/languages/definitions/cpp/register';
import { token } from '../ui/theme.ts';
import { bpfC } from './bpf-c.ts';

/** Monaco with the one language that is needed, all of it served from here. */
export { monaco };

/** Ours, not the package's `c`, whose tokens come late and know nothing of BPF. */
export const LANGUAGE = 'bpf-c';

let ready = false;

/** Once per page: worker, language. */
export function prepareMonaco(): void {
  if (ready) return;
  ready = true;
  self.MonacoEnvironment = {
    getWorker: () =>
      new Worker(new URL('monaco-editor/editor/editor.worker.js', import.meta.url), {
        type: 'module',
        name: 'editor',
      }),
  };
  monaco.languages.register({ id: LANGUAGE, extensions: ['.c', '.h'] });
  monaco.languages.setMonarchTokensProvider(LANGUAGE, bpfC);
  monaco.languages.setLanguageConfiguration(LANGUAGE, {
    comments: { lineComment: '//', blockComment: ['/*', '*/'] },
    brackets: [
      ['{', '}'],
      ['[', ']'],
      ['(', ')'],
    ],
    autoClosingPairs: [
      { open: '{', close: '}' },
      { open: '[', close: ']' },
      { open: '(', close: ')' },
      { open: '"', close: '"', notIn: ['string', 'comment'] },
      { open: "'", close: "'", notIn: ['string', 'comment'] },
    ],
    indentationRules: { increaseIndentPattern: /^.*\{[^}"']*$/, decreaseIndentPattern: /^\s*\}/ },
  });
}

/** Moves the keyboard into the text, once the file that is asked for is there. */
export function focusEditor(): void {
  requestAnimationFrame(() => monaco.editor.getEditors()[0]?.focus());
}

/** Makes Monaco's theme from the page's tokens as they are now. */
export function applyMonacoTheme(theme: 'dark' | 'light'): void {
  const bare = (name: string): string => token(name).replace('#', '');
  monaco.editor.defineTheme('probepad', {
    base: theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: bare('ink') },
      { token: 'comment', foreground: bare('code-comment'), fontStyle: 'italic' },
      { token: 'keyword', foreground: bare('code-keyword') },
      { token: 'directive', foreground: bare('code-directive') },
      { token: 'string', foreground: bare('code-string') },
      { token: 'number', foreground: bare('code-number') },
      { token: 'type', foreground: bare('code-type') },
      { token: 'helper', foreground: bare('code-keyword') },
      { token: 'constant', foreground: bare('code-number') },
      { token: 'hook', foreground: bare('code-directive'), fontStyle: 'bold' },
      { token: 'delimiter', foreground: bare('ink-2') },
    ],
    colors: {
      'editor.background': token('ground'),
      'editor.foreground': token('ink'),
      'editorLineNumber.foreground': token('ink-3'),
      'editorLineNumber.activeForeground': token('ink'),
      'editor.lineHighlightBackground': token('panel'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': token('select'),
      'editorCursor.foreground': token('focus'),
      'editorGutter.background': token('ground'),
      'editorWidget.background': token('raised'),
      'editorWidget.border': token('line-strong'),
      'editorSuggestWidget.selectedBackground': token('select'),
      'editorHoverWidget.background': token('raised'),
      'editorHoverWidget.border': token('line-strong'),
      'editorError.foreground': token('error'),
      'editorWarning.foreground': token('warn'),
      'editorIndentGuide.background1': token('line'),
      'editorOverviewRuler.errorForeground': token('error'),
      'editorOverviewRuler.warningForeground': token('warn'),
      'editorOverviewRuler.border': '#00000000',
      'editorBracketMatch.border': token('focus'),
      'editorBracketMatch.background': '#00000000',
      'scrollbarSlider.background': token('hover'),
      'input.background': token('ground'),
      focusBorder: token('focus'),
    },
  });
  monaco.editor.setTheme('probepad');
}
