import { newId } from '../auth/tokens.ts';
import type { Database } from './database.ts';

export const AUDIT_ACTIONS = [
  'session.opened',
  'host.invited',
  'host.joined',
  'host.revoked',
  'run.started',
  'run.stopped',
  'run.written',
  'run.put',
  'cost.measured',
  'terminal.opened',
  'terminal.closed',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditEntry {
  user: string;
  action: AuditAction;
  host?: string | undefined;
  run?: string | undefined;
  detail?: Record<string, unknown> | undefined;
}

/**
 * Who did what where. Checks of a program are not in it: they touch no kernel, and the editor asks for one at each pause in typing.
 * There is no way to change or remove an entry.
 */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** The newest entries first. */
  list(limit: number): Promise<(AuditEntry & { time: number })[]>;
}

export function auditLog(database: Database): AuditLog {
  return {
    async append({ user, action, host, run, detail }) {
      await database
        .insertInto('audit')
        .values({
          id: newId(),
          time: Date.now(),
          user_name: user,
          action,
          host: host ?? null,
          run: run ?? null,
          detail: JSON.stringify(detail ?? {}),
        })
        .execute();
    },
    async list(limit) {
      const rows = await database
        .selectFrom('audit')
        .selectAll()
        .orderBy('time', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        time: Number(row.time),
        user: row.user_name,
        action: row.action as AuditAction,
        host: row.host ?? undefined,
        run: row.run ?? undefined,
        detail: JSON.parse(row.detail) as Record<string, unknown>,
      }));
    },
  };
}
