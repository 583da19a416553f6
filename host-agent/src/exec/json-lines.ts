import type { Readable } from 'node:stream';

/** The longest is the end of a verifier's text: a MiB, each byte escaped at worst. What is longer is a fault of the sender. */
export const LINE_MAX = 8 * 1024 * 1024;

/** Calls `onLine` for every line of a stream, without its newline. A line over LINE_MAX ends the stream with an error. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let pieces: string[] = [];
  let length = 0;
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      pieces.push(chunk.slice(start, end));
      const line = pieces.join('');
      pieces = [];
      length = 0;
      start = end + 1;
      onLine(line);
    }
    if (start < chunk.length) {
      pieces.push(chunk.slice(start));
      length += chunk.length - start;
      if (length > LINE_MAX) stream.destroy(new Error(`line over ${LINE_MAX} characters`));
    }
  });
}
