import { FRAME_FLAGS, type Frame } from '@probepad/protocol/frames';

/** The lines of one iterator's text, which is cut anywhere: between lines, in one, in a character. */
export interface TextLines {
  /** Lines that are whole now. The last one of a turn of the iterator needs no newline. */
  take(frame: Frame): string[];
  /** What comes next does not follow on what came. @returns the line that was begun */
  cut(): string[];
}

export function createTextLines(): TextLines {
  let utf8 = new TextDecoder();
  let begun = '';
  function cut(): string[] {
    const last = begun + utf8.decode();
    utf8 = new TextDecoder();
    begun = '';
    return last === '' ? [] : [last];
  }
  return {
    take({ header, payload }) {
      const lines = (begun + utf8.decode(payload, { stream: true })).split('\n');
      begun = lines.pop() ?? '';
      return header.flags & FRAME_FLAGS.last ? [...lines, ...cut()] : lines;
    },
    cut,
  };
}
