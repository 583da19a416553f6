import { errorOf, type ProbepadError } from '@probepad/protocol/errors';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { create } from 'zustand';
import { useSession } from '../session/hosts.ts';
import { request } from '../session/session.ts';
import { listenTerminal } from '../session/terminals.ts';
import { remPixels } from '../ui/theme.ts';
import { toast } from '../ui/toast.tsx';
import { inputPieces } from './input-pieces.ts';
import { terminalTheme } from './terminal-theme.ts';

/** Output is acknowledged in pieces of this many bytes once it is on screen. */
const ACK_BYTES = 32 * 1024;

/** How a shell's life ended. */
export type ShellEnd =
  | { kind: 'exit'; code: number }
  /** By its user, from here. */
  | { kind: 'closed' }
  | { kind: 'connection' }
  | { kind: 'refused'; error: ProbepadError };

/** One shell on one host: it goes on while its panel is closed or shows another host. */
export interface Shell {
  /** Puts its screen into an element of the page. @returns a function that takes it out again */
  show(place: HTMLElement): () => void;
  /** Gives it the keyboard. */
  focus(): void;
  /** Takes over the page's colours and text size. */
  restyle(): void;
  /** Ends it, one that hangs too. */
  close(): void;
}

const shells = new Map<string, Shell & { dispose(): void }>();

/** The shells that have ended, by host id. */
export const useShellEnds = create<Record<string, ShellEnd | undefined>>(() => ({}));

/** The shell of a host; opened when there is none yet. */
export function shellOf(host: string): Shell {
  const known = shells.get(host);
  if (known) return known;
  const shell = openShell(host);
  shells.set(host, shell);
  return shell;
}

/** Forgets a host's shell, which has ended; the next one asked for is new. */
export function forgetShell(host: string): void {
  shells.get(host)?.dispose();
  shells.delete(host);
  useShellEnds.setState({ [host]: undefined });
}

function openShell(host: string): Shell & { dispose(): void } {
  const element = document.createElement('div');
  element.style.height = '100%';
  const screen = new Terminal({
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono'),
    fontSize: Math.round(remPixels()),
    lineHeight: 1.25,
    scrollback: 5000,
    cursorBlink: false,
    theme: terminalTheme(),
    screenReaderMode: false,
  });
  const fit = new FitAddon();
  screen.loadAddon(fit);
  let terminal: string | undefined;
  let asked = false;
  let over = false;
  let endListening: (() => void) | undefined;
  /** Typed before the host had a shell for it. */
  const early: string[] = [];
  const earlyTyping = screen.onData((data) => early.push(data));

  const end = (how: ShellEnd): void => {
    over = true;
    endWatching();
    endListening?.();
    useShellEnds.setState({ [host]: how });
  };
  // The hub ends the shells of a page that is gone.
  const endWatching = useSession.subscribe(({ connection }) => {
    if (terminal !== undefined && connection.state !== 'open') end({ kind: 'connection' });
  });

  async function open(): Promise<void> {
    const { cols: columns, rows } = screen;
    try {
      const opened = await request('terminal.open', { host, columns, rows });
      terminal = opened.terminal;
      if (over) {
        // Its user ended it before it was there.
        closeOnHost(terminal);
        return;
      }
      earlyTyping.dispose();
      if (screen.cols !== columns || screen.rows !== rows) resize(terminal, screen);
      endListening = listen(terminal, screen, early, (code) => end({ kind: 'exit', code }));
    } catch (thrown) {
      if (!over) end({ kind: 'refused', error: errorOf(thrown) });
    }
  }

  return {
    show(place) {
      place.append(element);
      // A terminal measures its letters, so it begins on the page.
      if (!screen.element) screen.open(element);
      fit.fit();
      if (!asked) void open();
      asked = true;
      const observer = new ResizeObserver(() => fit.fit());
      observer.observe(place);
      return () => {
        observer.disconnect();
        element.remove();
      };
    },
    focus: () => screen.focus(),
    restyle() {
      screen.options.theme = terminalTheme();
      screen.options.fontSize = Math.round(remPixels());
      if (element.isConnected) fit.fit();
    },
    close() {
      if (over) return;
      end({ kind: 'closed' });
      if (terminal !== undefined) closeOnHost(terminal);
    },
    dispose() {
      endWatching();
      endListening?.();
      screen.dispose();
    },
  };
}

function closeOnHost(terminal: string): void {
  request('terminal.close', { terminal }).catch((thrown) => tell('The shell may still be there', thrown));
}

function resize(terminal: string, { cols, rows }: Terminal): void {
  quietly(request('terminal.resize', { terminal, columns: cols, rows }));
}

function quietly(asked: Promise<unknown>): void {
  asked.catch(() => undefined);
}

function tell(text: string, thrown: unknown): void {
  const { message, remedy } = errorOf(thrown);
  toast({ tone: 'error', text, detail: `${message}. ${remedy}` });
}

/**
 * Joins a screen to the terminal on the host.
 * @param early what was typed until now
 * @returns a function that ends it
 */
function listen(
  terminal: string,
  screen: Terminal,
  early: readonly string[],
  onExit: (code: number) => void,
): () => void {
  let unread = 0;
  let over = false;
  const send = (data: string): void => {
    request('terminal.input', { terminal, data }).catch((thrown) => {
      if (!over) tell('What was typed did not reach the shell', thrown);
    });
  };
  inputPieces(early.join('')).forEach(send);
  const ends = [
    screen.onData((data) => inputPieces(data).forEach(send)),
    screen.onResize(() => resize(terminal, screen)),
  ];
  const endListening = listenTerminal(terminal, (event) => {
    if (event.type === 'terminal.exit') {
      onExit(event.code);
      return;
    }
    screen.write(event.data, () => {
      unread += new TextEncoder().encode(event.data).length;
      if (unread < ACK_BYTES) return;
      quietly(request('terminal.ack', { terminal, bytes: unread }));
      unread = 0;
    });
  });
  return () => {
    over = true;
    endListening();
    for (const each of ends) each.dispose();
  };
}
