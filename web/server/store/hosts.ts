import type { HostFacts } from '@probepad/protocol/control/host';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** A host that was invited or has joined. */
export interface StoredHost {
  id: string;
  name: string;
  local: boolean;
  /** sha256 of its credential's secret; absent until it has joined. */
  credential?: string | undefined;
  facts?: HostFacts | undefined;
  created: number;
  lastSeen: number;
  revoked: boolean;
}

export type JoinOutcome =
  | { result: 'joined'; host: string; local: boolean }
  | { result: 'unknown' | 'used' | 'expired' };

export interface HostStore {
  add(host: StoredHost): Promise<void>;
  find(id: string): Promise<StoredHost | undefined>;
  /** Those that are not revoked, by name. */
  list(): Promise<StoredHost[]>;
  /** Sets name, credential, facts, local and lastSeen of a host. */
  save(host: StoredHost): Promise<void>;
  touch(id: string, lastSeen: number): Promise<void>;
  revoke(id: string, time: number): Promise<void>;
  /** Forgets hosts that were invited, never came, and whose token has expired. */
  forgetExpired(now: number): Promise<void>;
  addJoinToken(hash: string, host: string, local: boolean, expires: number): Promise<void>;
  /** Ends every join token for the local agent. */
  dropLocalJoinTokens(): Promise<void>;
  /** Uses a join token up: of two that come at once with the same, one gets `used`. */
  takeJoinToken(hash: string, now: number): Promise<JoinOutcome>;
}

export function hostStore(database: Database): HostStore {
  return {
    async add(host) {
      await database.insertInto('hosts').values(rowOf(host)).execute();
    },
    async find(id) {
      const row = await database.selectFrom('hosts').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : hostOf(row);
    },
    async list() {
      const rows = await database
        .selectFrom('hosts')
        .selectAll()
        .where('revoked', 'is', null)
        .orderBy('name')
        .execute();
      return rows.map(hostOf);
    },
    async save(host) {
      const { id, revoked, created, ...changes } = rowOf(host);
      await database.updateTable('hosts').set(changes).where('id', '=', id).execute();
    },
    async touch(id, lastSeen) {
      await database.updateTable('hosts').set({ last_seen: lastSeen }).where('id', '=', id).execute();
    },
    async revoke(id, time) {
      await database.updateTable('hosts').set({ revoked: time }).where('id', '=', id).execute();
      await database.deleteFrom('join_tokens').where('host', '=', id).execute();
    },
    async forgetExpired(now) {
      await database
        .deleteFrom('hosts')
        .where('credential', 'is', null)
        .where('id', 'in', (inner) =>
          inner
            .selectFrom('join_tokens')
            .select('host')
            .where('expires', '<=', now)
            .where('used', 'is', null),
        )
        .execute();
      // A while longer, so that a late replay is told that it is expired or used rather than unknown.
      await database
        .deleteFrom('join_tokens')
        .where('expires', '<=', now - 7 * 24 * 3_600_000)
        .execute();
    },
    async addJoinToken(hash, host, local, expires) {
      await database
        .insertInto('join_tokens')
        .values({ hash, host, local: local ? 1 : 0, expires, used: null })
        .execute();
    },
    async dropLocalJoinTokens() {
      await database.deleteFrom('join_tokens').where('local', '=', 1).execute();
    },
    async takeJoinToken(hash, now) {
      const row = await database
        .selectFrom('join_tokens')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst();
      if (row === undefined) return { result: 'unknown' };
      if (row.used !== null) return { result: 'used' };
      if (Number(row.expires) <= now) return { result: 'expired' };
      const taken = await database
        .updateTable('join_tokens')
        .set({ used: now })
        .where('hash', '=', hash)
        .where('used', 'is', null)
        .executeTakeFirst();
      if (taken.numUpdatedRows === 0n) return { result: 'used' };
      return { result: 'joined', host: row.host, local: row.local === 1 };
    },
  };
}

function rowOf(host: StoredHost): Tables['hosts'] {
  return {
    id: host.id,
    name: host.name,
    local: host.local ? 1 : 0,
    credential: host.credential ?? null,
    facts: host.facts === undefined ? null : JSON.stringify(host.facts),
    created: host.created,
    last_seen: host.lastSeen,
    revoked: null,
  };
}

function hostOf(row: Tables['hosts']): StoredHost {
  return {
    id: row.id,
    name: row.name,
    local: row.local === 1,
    credential: row.credential ?? undefined,
    facts: row.facts === null ? undefined : (JSON.parse(row.facts) as HostFacts),
    created: Number(row.created),
    lastSeen: Number(row.last_seen),
    revoked: row.revoked !== null,
  };
}
