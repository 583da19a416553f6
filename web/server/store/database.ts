import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

/**
 * Opens `<data>/hub.sqlite` and brings it to the newest form.
 * @throws Error when a migration fails; the file is as before then
 */
export async function openDatabase(data: string): Promise<Database> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const file = join(data, 'hub.sqlite');
  const sqlite = new SQLite(file);
  // Session hashes and audit are nobody else's business.
  chmodSync(file, 0o600);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = NORMAL');
  sqlite.pragma('busy_timeout = 5000');
  const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const { error } = await new Migrator({ db: database, provider: migrations }).migrateToLatest();
  if (error !== undefined) {
    await database.destroy();
    throw new Error(`opening ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return database;
}
