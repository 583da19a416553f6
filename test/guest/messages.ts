/**
 * The messages between a test and the exec server in its guest (exec-server.c describes them): a 9-byte header of
 * kind u8, id u32 and payload length u32, little-endian, then the payload.
 */

const HEADER_SIZE = 9;

/** The server takes payloads of up to 8 MiB; input is cut into pieces far below that. */
export const INPUT_PIECE_BYTES = 64 * 1024;

export type MessageKind =
  /** To the guest: start, input, kill. */
  | 'S'
  | 'I'
  | 'K'
  /** From the guest: ready, stdout, stderr, exited. */
  | 'R'
  | 'O'
  | 'E'
  | 'X';

export type Message = { kind: string; id: number; payload: Buffer };

export function encodeMessage(kind: MessageKind, id: number, payload: Uint8Array): Buffer {
  const message = Buffer.alloc(HEADER_SIZE + payload.length);
  message.write(kind, 0, 'latin1');
  message.writeUInt32LE(id, 1);
  message.writeUInt32LE(payload.length, 5);
  message.set(payload, HEADER_SIZE);
  return message;
}

/** The payload that starts a command. Throws when a string holds a NUL, which argv and environ can't carry. */
export function encodeStart(cwd: string, env: Record<string, string>, argv: readonly string[]): Buffer {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const strings = [cwd, String(variables.length), ...variables, ...argv];
  const bad = strings.find((text) => text.includes('\0'));
  if (bad !== undefined) throw new Error(`starting a command in the guest: NUL in ${JSON.stringify(bad)}`);
  return Buffer.from(strings.map((text) => `${text}\0`).join(''));
}

/** Cuts a byte stream into messages: give it chunks as they come, it returns the messages complete by then. */
export function messageReader(): (chunk: Buffer) => Message[] {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const messages: Message[] = [];
    let at = 0;
    while (held.length - at >= HEADER_SIZE) {
      const end = at + HEADER_SIZE + held.readUInt32LE(at + 5);
      if (held.length < end) break;
      messages.push({
        kind: held.toString('latin1', at, at + 1),
        id: held.readUInt32LE(at + 1),
        payload: held.subarray(at + HEADER_SIZE, end),
      });
      at = end;
    }
    held = held.subarray(at);
    return messages;
  };
}
