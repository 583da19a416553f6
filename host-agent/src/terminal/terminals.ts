import { fail } from '@probepad/protocol/errors';
import { TERMINAL_IN_FLIGHT } from '@probepad/protocol/limits';
import { type IPty, spawn } from 'node-pty';

/** What terminals tell; the link sends it on. */
export interface TerminalListener {
  output(terminal: string, data: string): void;
  exit(terminal: string, code: number): void;
}

/**
 * Shells of the agent's own user, for a hub that the host's policy lets open them. Output is sent as long as less than
 * TERMINAL_IN_FLIGHT characters wait for the reader's acknowledgement; then the shell's own output blocks.
 */
export interface Terminals {
  /** @throws ProbepadFailure `terminal_disabled`, `host_busy` or `bad_message` */
  open(terminal: string, columns: number, rows: number): void;
  /** All of these throw ProbepadFailure `not_found` for a terminal that is not open. */
  input(terminal: string, data: string): void;
  resize(terminal: string, columns: number, rows: number): void;
  acknowledge(terminal: string, size: number): void;
  close(terminal: string): void;
  /** When the link is gone, nobody reads or types any more. Resolves when all shells are gone. */
  closeAll(): Promise<void>;
}

/** Shells at a time; each is a process tree of its own. */
const TERMINALS_MAX = 8;
const SIZE_MAX = 1000;
/** Milliseconds that a shell has to end after SIGHUP. */
const CLOSE_GRACE = 2_000;

function sizeOf(wanted: number): number {
  return Math.max(1, Math.min(SIZE_MAX, Math.round(wanted) || 1));
}

interface Entry {
  pty: IPty;
  inFlight: number;
  paused: boolean;
  ended: Promise<void>;
}

export function createTerminals(
  allowed: boolean,
  listener: TerminalListener,
  grace: number = CLOSE_GRACE,
): Terminals {
  const open = new Map<string, Entry>();
  /** Shells that were told to end. */
  const closing = new Set<Promise<void>>();

  function entryOf(terminal: string) {
    return open.get(terminal) ?? fail('not_found', `looking for terminal ${terminal}: it is not open`);
  }

  function close(terminal: string): void {
    const entry = open.get(terminal);
    if (entry === undefined) return;
    open.delete(terminal);
    // HUP reaches the shell and what it started, as when a terminal window is closed.
    entry.pty.kill('SIGHUP');
    // A shell may have trapped it. When the shell is gone, the kernel hangs the terminal up for what it started.
    const timer = setTimeout(() => entry.pty.kill('SIGKILL'), grace);
    const gone = entry.ended.then(() => {
      clearTimeout(timer);
      closing.delete(gone);
    });
    closing.add(gone);
  }

  return {
    open(terminal, columns, rows) {
      if (!allowed) fail('terminal_disabled', 'opening a terminal: the policy of the host does not allow it');
      if (open.has(terminal)) fail('bad_message', `opening terminal ${terminal}: it is open already`);
      if (open.size >= TERMINALS_MAX) {
        fail('host_busy', `opening a terminal: ${open.size} are open`, { limit: TERMINALS_MAX });
      }
      const shell = process.env.SHELL ?? '/bin/sh';
      const pty = spawn(shell, ['-l'], {
        name: 'xterm-256color',
        cols: sizeOf(columns),
        rows: sizeOf(rows),
        cwd: process.env.HOME ?? '/',
        env: shellEnvironment(),
      });
      const { promise: ended, resolve: onEnd } = Promise.withResolvers<void>();
      const entry: Entry = { pty, inFlight: 0, paused: false, ended };
      open.set(terminal, entry);
      pty.onData((data) => {
        if (open.get(terminal) !== entry) return;
        entry.inFlight += data.length;
        listener.output(terminal, data);
        if (entry.inFlight >= TERMINAL_IN_FLIGHT && !entry.paused) {
          entry.paused = true;
          pty.pause();
        }
      });
      pty.onExit(({ exitCode }) => {
        onEnd();
        if (open.get(terminal) === entry) open.delete(terminal);
        listener.exit(terminal, exitCode);
      });
    },
    input: (terminal, data) => entryOf(terminal).pty.write(data),
    resize: (terminal, columns, rows) => entryOf(terminal).pty.resize(sizeOf(columns), sizeOf(rows)),
    acknowledge(terminal, size) {
      const entry = entryOf(terminal);
      entry.inFlight = Math.max(0, entry.inFlight - size);
      if (entry.paused && entry.inFlight < TERMINAL_IN_FLIGHT / 2) {
        entry.paused = false;
        entry.pty.resume();
      }
    },
    close(terminal) {
      entryOf(terminal);
      close(terminal);
    },
    async closeAll() {
      for (const terminal of [...open.keys()]) close(terminal);
      await Promise.all(closing);
    },
  };
}

/** Without the agent's own settings, which may hold a join token, and what is only for the agent's own Node. */
function shellEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PROBEPAD_') && name !== 'NODE_COMPILE_CACHE',
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), TERM: 'xterm-256color' };
}
