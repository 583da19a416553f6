import { MESSAGE_MAX } from '@probepad/protocol/limits';

const DEPTH_MAX = 64;

/** Why text is not a message. */
export class MessageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MessageError';
  }
}

/**
 * JSON text from outside as a value that is safe to walk: not deeper than 64 levels and without `__proto__` keys, which
 * would reach a prototype where somebody copies them carelessly.
 * @throws MessageError
 */
export function parseMessage(text: string): unknown {
  // Looked for in the text first: millions of brackets would cost the parser its stack.
  if (nesting(text) > DEPTH_MAX) throw new MessageError(`message is nested deeper than ${DEPTH_MAX}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MessageError('message is not JSON');
  }
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) throw new MessageError('message holds the key "__proto__"');
    for (const inner of Array.isArray(next) ? next : Object.values(next)) {
      if (typeof inner === 'object' && inner !== null) open.push(inner);
    }
  }
  return value;
}

/** Text of a message to send. @throws MessageError when it is over MESSAGE_MAX bytes */
export function messageText(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length * 3 > MESSAGE_MAX && Buffer.byteLength(text) > MESSAGE_MAX) {
    throw new MessageError(`message of ${text.length} characters is over ${MESSAGE_MAX} bytes`);
  }
  return text;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (OPENING.has(code)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(code)) depth--;
  }
  return deepest;
}
