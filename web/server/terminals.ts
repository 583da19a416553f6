import type { AgentEvent } from '@probepad/protocol/control/agent';
import type { BrowserEvent } from '@probepad/protocol/control/browser';
import { fail } from '@probepad/protocol/errors';
import { newId } from './auth/tokens.ts';
import type { Hosts } from './hosts.ts';
import type { Store } from './store/store.ts';

/** Who opened a terminal: one connection of a user. */
export interface TerminalOwner {
  readonly user: string;
  send(event: BrowserEvent): void;
}

type TerminalEvent = Extract<AgentEvent, { type: 'terminal.output' | 'terminal.exit' }>;

/** Terminals belong to the connection that opened them: nobody else reads, types into or ends them. */
export interface Terminals {
  /** @throws ProbepadFailure of the agent: terminal_disabled, … */
  open(owner: TerminalOwner, host: string, columns: number, rows: number): Promise<string>;
  /** @throws ProbepadFailure not_found for a terminal of somebody else too */
  input(owner: TerminalOwner, terminal: string, data: string): Promise<void>;
  resize(owner: TerminalOwner, terminal: string, columns: number, rows: number): Promise<void>;
  acknowledge(owner: TerminalOwner, terminal: string, bytes: number): Promise<void>;
  close(owner: TerminalOwner, terminal: string): Promise<void>;
  /** What a host says about a terminal; ignored unless the terminal is on that host. */
  fromAgent(host: string, event: TerminalEvent): void;
  ownerWent(owner: TerminalOwner): void;
  hostWent(host: string): void;
}

interface Open {
  owner: TerminalOwner;
  host: string;
}

/** What a shell that a signal ended would say; the real code went with the host. */
const LOST_EXIT_CODE = 129;

export function terminalsOf(hosts: Hosts, store: Store): Terminals {
  const open = new Map<string, Open>();

  /** @throws ProbepadFailure not_found or host_offline */
  function own(owner: TerminalOwner, terminal: string) {
    const found = open.get(terminal);
    if (found?.owner !== owner) fail('not_found', 'looking for the terminal');
    return hosts.connected(found.host);
  }

  function end(terminal: string): void {
    const found = open.get(terminal);
    open.delete(terminal);
    if (found === undefined) return;
    void store.audit
      .append({ user: found.owner.user, action: 'terminal.closed', host: found.host, detail: { terminal } })
      .catch(() => {});
  }

  return {
    async open(owner, host, columns, rows) {
      const connection = hosts.connected(host);
      const terminal = newId();
      // Known from now on: its owner may go at any time, and the agent's first output may overtake the reply.
      open.set(terminal, { owner, host });
      try {
        await store.audit.append({ user: owner.user, action: 'terminal.opened', host, detail: { terminal } });
        if (!open.has(terminal)) fail('not_found', 'opening a terminal: whoever asked has gone');
        await connection.request('terminal.open', { host, columns, rows, terminal });
      } catch (error) {
        end(terminal);
        throw error;
      }
      if (!open.has(terminal)) {
        // Its owner went meanwhile.
        await connection.request('terminal.close', { terminal });
      }
      return terminal;
    },
    async input(owner, terminal, data) {
      await own(owner, terminal).request('terminal.input', { terminal, data });
    },
    async resize(owner, terminal, columns, rows) {
      await own(owner, terminal).request('terminal.resize', { terminal, columns, rows });
    },
    async acknowledge(owner, terminal, bytes) {
      await own(owner, terminal).request('terminal.ack', { terminal, bytes });
    },
    async close(owner, terminal) {
      const connection = own(owner, terminal);
      end(terminal);
      await connection.request('terminal.close', { terminal });
    },
    fromAgent(host, event) {
      const found = open.get(event.terminal);
      if (found?.host !== host) return;
      found.owner.send(event);
      if (event.type === 'terminal.exit') end(event.terminal);
    },
    ownerWent(owner) {
      for (const [terminal, found] of open) {
        if (found.owner !== owner) continue;
        end(terminal);
        hosts
          .connection(found.host)
          ?.request('terminal.close', { terminal })
          .catch(() => {});
      }
    },
    hostWent(host) {
      for (const [terminal, found] of open) {
        if (found.host !== host) continue;
        found.owner.send({ type: 'terminal.exit', terminal, code: LOST_EXIT_CODE });
        end(terminal);
      }
    },
  };
}
