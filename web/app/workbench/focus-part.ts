import { useEffect } from 'react';
import { create } from 'zustand';
import {
  type BottomPanel,
  type SidePanel,
  toggleBottom,
  toggleSide,
  usePreferences,
} from '../../src/session/preferences.ts';
import { giveShellKeys } from '../../src/terminal/keyboard.ts';

/** The parts of the page between which the keyboard moves, in that order; each is marked `data-part`. */
const PARTS = ['side', 'editor', 'results', 'bottom'] as const;
export type Part = (typeof PARTS)[number];

const useWanted = create<{ part: Part | undefined; request: number }>(() => ({
  part: undefined,
  request: 0,
}));

/** Moves the keyboard to a part of the page, once what the same command opens is there. */
export function focusPart(part: Part): void {
  useWanted.setState(({ request }) => ({ part, request: request + 1 }));
}

/** Does what `focusPart` asks for. */
export function useFocusing(): void {
  const { part, request } = useWanted();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same part may be asked for twice
  useEffect(() => {
    if (part === undefined) return;
    // Panels that open with it are laid out by then.
    const frame = requestAnimationFrame(() => focusable(part)?.focus());
    return () => cancelAnimationFrame(frame);
  }, [part, request]);
}

/** Opens a side panel and moves the keyboard there; closes the one that has it. */
export function showSide(side: SidePanel): void {
  const closes = usePreferences.getState().side === side && isIn('side');
  if (closes || usePreferences.getState().side !== side) toggleSide(side);
  focusPart(closes ? 'editor' : 'side');
}

export function showBottom(bottom: BottomPanel): void {
  const closes = usePreferences.getState().bottom === bottom && isIn('bottom');
  if (closes || usePreferences.getState().bottom !== bottom) toggleBottom(bottom);
  if (bottom === 'terminal' && !closes) giveShellKeys();
  focusPart(closes ? 'editor' : 'bottom');
}

/** The next part that is on the page, or the one before. */
export function stepPart(step: 1 | -1): void {
  const shown = PARTS.filter((part) => elementOf(part));
  const at = shown.findIndex(isIn);
  const next = shown[(at < 0 ? 0 : at + step + shown.length) % shown.length];
  if (next) focusPart(next);
}

/** Shows the source after the one in the results; the first comes after the last. */
export function nextSource(): void {
  const tabs = [...(elementOf('results')?.querySelectorAll<HTMLElement>('[role="tab"]') ?? [])];
  const at = tabs.findIndex((tab) => tab.ariaSelected === 'true');
  tabs[(at + 1) % tabs.length]?.click();
  focusPart('results');
}

function elementOf(part: Part): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-part="${part}"]`);
}

function isIn(part: Part): boolean {
  return elementOf(part)?.contains(document.activeElement) ?? false;
}

const EDITOR_INPUT = '.native-edit-context, .inputarea, .ime-text-area';
const SHELL_INPUT = '.xterm-helper-textarea';
const FIRST = ':is(button, input, a[href], [tabindex="0"]):not(:disabled, [tabindex="-1"])';

/** What takes the keys in a part: the text, the tab that is chosen, else the first thing below the head, else the part itself. */
function focusable(part: Part): HTMLElement | null {
  const element = elementOf(part);
  const chosen = [
    part === 'editor' ? EDITOR_INPUT : SHELL_INPUT,
    part === 'side' ? `:not([data-part-head] *)${FIRST}` : '[role="tab"][aria-selected="true"]',
    FIRST,
  ];
  for (const selector of chosen) {
    const found = element?.querySelector<HTMLElement>(selector);
    if (found) return found;
  }
  return element;
}
