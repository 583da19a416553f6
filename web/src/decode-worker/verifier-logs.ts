import { FRAME_FLAGS, type Frame } from '@probepad/protocol/frames';
import { escapeControls } from '@probepad/protocol/values/escape';

/** The kernel verifier's logs, put together from frames. */
export interface VerifierLogs {
  /** @returns whether anything of it is new */
  take(frame: Frame): boolean;
  /** With its control characters shown. */
  text(stream: number): string | undefined;
  forget(stream: number): void;
}

/** Characters of a log that the page keeps. */
const LOG_MAX = 16 * 1024 * 1024;
const LOG_CUT = '[the beginning is left out: it is too long for a page]\n';

export function createVerifierLogs(): VerifierLogs {
  /** With the bytes that came or are known to be missing; they may come before a schema does. */
  const logs = new Map<number, { text: string; next: bigint; utf8: TextDecoder }>();
  return {
    take({ header, payload }) {
      let log = header.flags & FRAME_FLAGS.first ? undefined : logs.get(header.stream);
      if (!log) {
        log = { text: '', next: 0n, utf8: new TextDecoder() };
        logs.set(header.stream, log);
      }
      // After a reconnect the agent sends again what may be here.
      const known = Number(log.next - header.seq);
      if (known > 0 && known >= payload.length) return false;
      if (known < 0) {
        const before = log.text + log.utf8.decode();
        const lineEnd = before === '' || before.endsWith('\n') ? '' : '\n';
        log.text = `${before}${lineEnd}[${-known} bytes are missing here]\n`;
        log.utf8 = new TextDecoder();
      }
      // Cut anywhere, in a character too: the lines of the source in it are whatever people write.
      log.text = endOfLog(log.text + log.utf8.decode(payload.subarray(Math.max(0, known)), { stream: true }));
      log.next = header.seq + BigInt(payload.length);
      return true;
    },
    text: (stream) => logs.get(stream)?.text.split('\n').map(escapeLine).join('\n'),
    forget: (stream) => void logs.delete(stream),
  };
}

/** What was wrong stands at the end of a log. Cut rarely, for each cut copies it. */
function endOfLog(text: string): string {
  if (text.length <= 2 * LOG_MAX) return text;
  return `${LOG_CUT}${text.slice(text.indexOf('\n', text.length - LOG_MAX) + 1)}`;
}

function escapeLine(line: string): string {
  return line.split('\t').map(escapeControls).join('\t');
}
