import { create } from 'zustand';

/**
 * Whether the next shell on screen takes the keyboard. Only whoever asks for the terminal, by its key or a click, wants that: with the
 * arrow keys one may only pass over its tab, and after a reload it is there by itself.
 */
export const useKeysWanted = create(() => ({ wanted: false }));

export function giveShellKeys(): void {
  useKeysWanted.setState({ wanted: true });
}
