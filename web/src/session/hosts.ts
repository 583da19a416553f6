import type { Permission } from '@probepad/protocol/control/browser';
import type { Host } from '@probepad/protocol/control/host';
import { create } from 'zustand';
import type { SnippetSummary, Template } from './catalogue.ts';
import type { ConnectionState } from './connection.ts';

interface Session {
  connection: ConnectionState;
  /** Undefined until the first welcome. */
  hub: string | undefined;
  permissions: readonly Permission[];
  hosts: readonly Host[];
  templates: readonly Template[] | undefined;
  snippets: readonly SnippetSummary[] | undefined;
}

/** What the hub has told this page. */
export const useSession = create<Session>(() => ({
  connection: { state: 'connecting', attempt: 0 },
  hub: undefined,
  permissions: [],
  hosts: [],
  templates: undefined,
  snippets: undefined,
}));

/** Whether this user may run what is saved, and nothing else: with its own files, flags and targets. The hub holds to it. */
export function runsSavedOnly({ permissions }: Pick<Session, 'permissions'>): boolean {
  return permissions.includes('run') && !permissions.includes('author');
}

/** A host as one word: what stands between a person and a run there. */
export type HostCondition = 'ready' | 'limited' | 'bad' | 'offline' | 'invited';

export function conditionOf(host: Host): HostCondition {
  if (!host.facts) return host.online ? 'ready' : 'invited';
  if (!host.online) return 'offline';
  const results = host.facts.checks.map((check) => check.result);
  if (results.includes('bad')) return 'bad';
  return results.includes('limited') ? 'limited' : 'ready';
}

export function hostName(hosts: readonly Host[], id: string): string {
  return hosts.find((host) => host.id === id)?.name ?? id;
}

/** The host that stands for the choice where one is needed: the first chosen that is online, else the first chosen. */
export function leadingHost(hosts: readonly Host[], chosen: readonly string[]): Host | undefined {
  const picked = chosen
    .map((id) => hosts.find((host) => host.id === id))
    .filter((host) => host !== undefined);
  return picked.find((host) => host.online) ?? picked[0];
}
