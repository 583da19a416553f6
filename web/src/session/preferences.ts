import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type SidePanel = 'templates' | 'hosts' | 'params';
export type BottomPanel = 'problems' | 'log' | 'terminal';

export interface Preferences {
  theme: 'dark' | 'light';
  /** Text size, 1 is normal; 1.25 and up are for projectors. */
  scale: number;
  side: SidePanel | undefined;
  bottom: BottomPanel | undefined;
  results: 'right' | 'bottom';
}

export const SCALES = [0.85, 1, 1.15, 1.3, 1.5, 1.75] as const;

function systemTheme(): Preferences['theme'] {
  return globalThis.matchMedia?.('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

/** What a person likes, the same for every probe; kept in this browser. The layout script in `app` reads the same key. */
export const usePreferences = create<Preferences>()(
  persist(
    (): Preferences => ({
      theme: systemTheme(),
      scale: 1,
      side: 'templates',
      bottom: undefined,
      results: 'right',
    }),
    { name: 'probepad.preferences', version: 1 },
  ),
);

/** Steps the text size up or down. */
export function stepScale(direction: 1 | -1): void {
  const { scale } = usePreferences.getState();
  const next = direction > 0 ? SCALES.find((each) => each > scale) : SCALES.findLast((each) => each < scale);
  if (next !== undefined) usePreferences.setState({ scale: next });
}

/** Opens a side panel, or closes it when it is the one that is open. */
export function toggleSide(side: SidePanel): void {
  usePreferences.setState((state) => ({ side: state.side === side ? undefined : side }));
}

export function toggleBottom(bottom: BottomPanel): void {
  usePreferences.setState((state) => ({ bottom: state.bottom === bottom ? undefined : bottom }));
}
