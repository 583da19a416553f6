import { monaco } from './monaco.ts';

/** Whether Tab types a tab in the editor, or moves on as everywhere else: changes it, as Ctrl+M does there. */
export function toggleTabMoves(): void {
  monaco.editor.getEditors()[0]?.trigger('command', 'editor.action.toggleTabFocusMode', undefined);
}
