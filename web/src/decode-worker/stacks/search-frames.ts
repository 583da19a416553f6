import type { FlameFrame } from '@probepad/protocol/views/flame-frames';
import { compilePattern, PatternError } from '../query/pattern.ts';

/** A search between these is a regular expression. */
const PATTERN = /^\/(.+)\/$/;

/** Which frames have a text in the name of their function or file, case ignored; 1 by the frame's number where it is so. */
export function searchFrames(
  frames: readonly FlameFrame[],
  search: string,
): { hits: Uint8Array | undefined; problem: string | undefined } {
  const wanted = search.trim();
  if (wanted === '') return { hits: undefined, problem: undefined };
  try {
    const source = PATTERN.exec(wanted)?.[1];
    const fits = source === undefined ? containing(wanted.toLowerCase()) : compilePattern(source, true);
    return {
      hits: Uint8Array.from(frames, ({ text, object }) => Number(fits(text) || fits(object ?? ''))),
      problem: undefined,
    };
  } catch (thrown) {
    if (!(thrown instanceof PatternError)) throw thrown;
    return { hits: undefined, problem: thrown.message };
  }
}

function containing(wanted: string): (text: string) => boolean {
  return (text) => text.toLowerCase().includes(wanted);
}
