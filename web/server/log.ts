/** Where a hub writes what happens: one JSON object a line on standard error. */
export type LogLevel = 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, event: string, details?: Record<string, unknown>) => void;

/** A log that writes lines through `write`; values are JSON, so text from outside can't forge a line. */
export function lineLog(write: (line: string) => void): Log {
  return (level, event, details = {}) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...details })}\n`);
  };
}
