import type { ITheme } from '@xterm/xterm';
import { token } from '../ui/theme.ts';

/** xterm's colours from the page's tokens. */
export function terminalTheme(): ITheme {
  return {
    background: token('ground'),
    foreground: token('ink'),
    cursor: token('focus'),
    cursorAccent: token('ground'),
    selectionBackground: token('select'),
    black: token('raised'),
    brightBlack: token('ink-3'),
    white: token('ink-2'),
    brightWhite: token('ink'),
    red: token('series-5'),
    brightRed: token('error'),
    green: token('series-3'),
    brightGreen: token('run-text'),
    yellow: token('series-1'),
    brightYellow: token('warn'),
    blue: token('series-6'),
    brightBlue: token('series-2'),
    magenta: token('series-4'),
    brightMagenta: token('code-directive'),
    cyan: token('series-2'),
    brightCyan: token('code-type'),
  };
}
