import type { Permission } from '@probepad/protocol/control/browser';
import type { Database } from './database.ts';

/** A browser's session; the cookie's value is known to the browser only, its hash is kept. */
export interface StoredSession {
  user: string;
  permissions: Permission[];
  /** Milliseconds since 1970. */
  expires: number;
}

export interface SessionStore {
  add(hash: string, session: StoredSession): Promise<void>;
  /** Undefined when there is none or it has expired. */
  find(hash: string): Promise<StoredSession | undefined>;
}

export function sessionStore(database: Database): SessionStore {
  return {
    async add(hash, { user, permissions, expires }) {
      const now = Date.now();
      await database.deleteFrom('sessions').where('expires', '<=', now).execute();
      await database
        .insertInto('sessions')
        .values({ hash, user_name: user, permissions: JSON.stringify(permissions), created: now, expires })
        .execute();
    },
    async find(hash) {
      const row = await database
        .selectFrom('sessions')
        .selectAll()
        .where('hash', '=', hash)
        .where('expires', '>', Date.now())
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        user: row.user_name,
        permissions: JSON.parse(row.permissions) as Permission[],
        expires: Number(row.expires),
      };
    },
  };
}
