import { useEffect, useRef } from 'react';
import { isOwnRun } from '../../src/session/own-run.ts';
import type { Command } from '../../src/ui/palette.tsx';

/** Keys that work everywhere, the editor included; in a shell, `shell` ones alone. `code` where a layout may move the character. */
const KEYS: { command: string; shell?: true; matches: (event: KeyboardEvent) => boolean }[] = [
  {
    command: 'palette',
    shell: true,
    matches: (e) => (e.ctrlKey || e.metaKey) && e.shiftKey && e.key.toLowerCase() === 'p',
  },
  { command: 'palette', matches: (e) => e.key === 'F1' },
  { command: 'run.start', matches: (e) => (e.ctrlKey || e.metaKey) && !e.shiftKey && e.key === 'Enter' },
  {
    command: 'snippet.save',
    matches: (e) => (e.ctrlKey || e.metaKey) && !e.shiftKey && e.key.toLowerCase() === 's',
  },
  {
    command: 'view.templates',
    matches: (e) => (e.ctrlKey || e.metaKey) && e.shiftKey && e.key.toLowerCase() === 'e',
  },
  {
    command: 'view.hosts',
    matches: (e) => (e.ctrlKey || e.metaKey) && e.shiftKey && e.key.toLowerCase() === 'h',
  },
  {
    command: 'view.params',
    matches: (e) => (e.ctrlKey || e.metaKey) && e.shiftKey && e.key.toLowerCase() === 'a',
  },
  {
    command: 'view.problems',
    matches: (e) => (e.ctrlKey || e.metaKey) && e.shiftKey && e.key.toLowerCase() === 'm',
  },
  {
    command: 'file.open',
    matches: (e) => (e.ctrlKey || e.metaKey) && !e.shiftKey && e.key.toLowerCase() === 'o',
  },
  { command: 'file.rename', matches: (e) => e.key === 'F2' },
  { command: 'focus.next', matches: (e) => e.key === 'F6' && !e.shiftKey },
  { command: 'focus.previous', matches: (e) => e.key === 'F6' && e.shiftKey },
  { command: 'view.terminal', shell: true, matches: (e) => e.ctrlKey && e.code === 'Backquote' },
  { command: 'view.larger', matches: (e) => e.ctrlKey && e.altKey && (e.key === '=' || e.key === '+') },
  { command: 'view.smaller', matches: (e) => e.ctrlKey && e.altKey && e.key === '-' },
];

function inTerminal(element: HTMLElement): boolean {
  return element.closest('.xterm') !== null;
}

/** Whether keys go into a field of a form; the editor's own, into which all of its keys go, is none. */
function inField(element: HTMLElement): boolean {
  return element.matches('input, textarea, select') && !element.matches('.inputarea, .ime-text-area');
}

/** Binds the keys. Escape stops the run that this tab started, unless something nearer has a use for it. */
export function useShortcuts(commands: readonly Command[], openPalette: () => void): void {
  const latest = useRef(commands);
  latest.current = commands;
  const palette = useRef(openPalette);
  palette.current = openPalette;

  useEffect(() => {
    const perform = (id: string): void => {
      if (id === 'palette') palette.current();
      else {
        const command = latest.current.find((each) => each.id === id);
        if (command && !command.disabled) command.run();
      }
    };
    // Caught on the way down: Monaco has uses of its own for Ctrl+Enter and F1.
    let tipOpen = false;
    const early = (event: KeyboardEvent): void => {
      tipOpen = document.querySelector('[data-state="delayed-open"], [data-state="instant-open"]') !== null;
      const found = KEYS.find(({ matches }) => matches(event));
      if (!found) return;
      if (!found.shell && inTerminal(event.target as HTMLElement)) return;
      if (found.command !== 'palette' && document.querySelector('[role="dialog"][data-state="open"]')) return;
      event.preventDefault();
      event.stopPropagation();
      perform(found.command);
    };
    const late = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      // An open tooltip takes Escape for itself; nobody who presses it means the tooltip.
      if (event.defaultPrevented && !tipOpen) return;
      // Open ones alone: the editor's find widget stays in the page when it is closed, a dialog by its role.
      if (document.querySelector('[role="dialog"][data-state="open"], [role="menu"]')) return;
      if (event.target instanceof HTMLElement && (inTerminal(event.target) || inField(event.target))) return;
      if (isOwnRun()) perform('run.stop');
    };
    window.addEventListener('keydown', early, { capture: true });
    window.addEventListener('keydown', late);
    return () => {
      window.removeEventListener('keydown', early, { capture: true });
      window.removeEventListener('keydown', late);
    };
  }, []);
}
