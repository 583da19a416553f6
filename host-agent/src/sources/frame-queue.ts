import type { RawFrame } from './frame-reader.ts';

/** First in, first out, with its size in bytes. */
export interface FrameQueue extends Iterable<RawFrame> {
  readonly bytes: number;
  push(frame: RawFrame): void;
  peek(): RawFrame | undefined;
  shift(): RawFrame | undefined;
}

/** The array is cut when this many of its first frames are done, so that taking one costs the same on average. */
const CUT_AT = 1024;

export function createFrameQueue(initial: Iterable<RawFrame> = []): FrameQueue {
  let frames: RawFrame[] = [...initial];
  let head = 0;
  let bytes = frames.reduce((sum, frame) => sum + frame.bytes.byteLength, 0);
  return {
    get bytes() {
      return bytes;
    },
    push(frame) {
      frames.push(frame);
      bytes += frame.bytes.byteLength;
    },
    peek: () => frames[head],
    shift() {
      const frame = frames[head];
      if (frame === undefined) return undefined;
      head++;
      bytes -= frame.bytes.byteLength;
      if (head >= CUT_AT || head === frames.length) {
        frames = frames.slice(head);
        head = 0;
      }
      return frame;
    },
    [Symbol.iterator]: () => frames.slice(head)[Symbol.iterator](),
  };
}
