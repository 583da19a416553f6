import * as z from 'zod/mini';

/** Terminal traffic is text, acknowledged by the reader so that no more than `TERMINAL_IN_FLIGHT` bytes are under way. */
export const TerminalRef = z.object({ terminal: z.string() });
export const TerminalOpenParams = z.object({ host: z.string(), columns: z.number(), rows: z.number() });
export const TerminalInputParams = z.object({ terminal: z.string(), data: z.string() });
export const TerminalResizeParams = z.object({ terminal: z.string(), columns: z.number(), rows: z.number() });
/** Bytes of output that the reader has shown since its last acknowledgement. */
export const TerminalAckParams = z.object({ terminal: z.string(), bytes: z.number() });

export const TerminalOutputEvent = z.object({
  type: z.literal('terminal.output'),
  terminal: z.string(),
  data: z.string(),
});
export const TerminalExitEvent = z.object({
  type: z.literal('terminal.exit'),
  terminal: z.string(),
  code: z.number(),
});
