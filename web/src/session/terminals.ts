import type { BrowserEvent } from '@probepad/protocol/control/browser';

export type TerminalEvent = Extract<BrowserEvent, { type: 'terminal.output' | 'terminal.exit' }>;

const listeners = new Map<string, (event: TerminalEvent) => void>();
/** Output that came before the reply which names its terminal. */
const early = new Map<string, TerminalEvent[]>();
const EARLY_MAX = 256;

/** Passes a terminal's event to whoever listens to it. */
export function emitTerminal(event: TerminalEvent): void {
  const listener = listeners.get(event.terminal);
  if (listener) {
    listener(event);
    return;
  }
  const kept = early.get(event.terminal) ?? [];
  if (kept.length < EARLY_MAX) kept.push(event);
  early.set(event.terminal, kept);
}

/** Listens to one terminal. @returns a function that ends it */
export function listenTerminal(terminal: string, listener: (event: TerminalEvent) => void): () => void {
  listeners.set(terminal, listener);
  for (const event of early.get(terminal) ?? []) listener(event);
  early.delete(terminal);
  return () => listeners.delete(terminal);
}
