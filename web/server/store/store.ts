import type { AuditLog } from './audit.ts';
import { auditLog } from './audit.ts';
import { openDatabase } from './database.ts';
import type { HostStore } from './hosts.ts';
import { hostStore } from './hosts.ts';
import type { RunStore } from './runs.ts';
import { runStore } from './runs.ts';
import type { SessionStore } from './sessions.ts';
import { sessionStore } from './sessions.ts';
import type { SnippetStore } from './snippets.ts';
import { snippetStore } from './snippets.ts';

/** All that a hub keeps. The embedded one is SQLite; another database takes its place behind this interface. */
export interface Store {
  readonly hosts: HostStore;
  readonly sessions: SessionStore;
  readonly snippets: SnippetStore;
  readonly runs: RunStore;
  readonly audit: AuditLog;
  close(): Promise<void>;
}

/** The store in the data folder. @throws Error when it can't be opened */
export async function openStore(data: string): Promise<Store> {
  const database = await openDatabase(data);
  return {
    hosts: hostStore(database),
    sessions: sessionStore(database),
    snippets: snippetStore(database),
    runs: runStore(database),
    audit: auditLog(database),
    close: () => database.destroy(),
  };
}
