import type { Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';

/** Each migration is written once and never changed: what it made is in somebody's data folder. */
const MIGRATIONS: Record<string, Migration> = {
  '0001_first_tables': {
    async up(database: Kysely<unknown>) {
      const { schema } = database;
      await schema
        .createTable('hosts')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('local', 'integer', (column) => column.notNull())
        .addColumn('credential', 'text')
        .addColumn('facts', 'text')
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('last_seen', 'bigint', (column) => column.notNull())
        .addColumn('revoked', 'bigint')
        .execute();
      await schema
        .createTable('join_tokens')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('host', 'text', (column) => column.notNull())
        .addColumn('local', 'integer', (column) => column.notNull())
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .addColumn('used', 'bigint')
        .execute();
      await schema
        .createTable('sessions')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('user_name', 'text', (column) => column.notNull())
        .addColumn('permissions', 'text', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('snippets')
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('files', 'text', (column) => column.notNull())
        .addColumn('settings', 'text', (column) => column.notNull())
        .addColumn('saved', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('snippets_key', ['id', 'revision'])
        .execute();
      await schema
        .createTable('runs')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('probe', 'text', (column) => column.notNull())
        .addColumn('snippet', 'text')
        .addColumn('snippet_revision', 'integer')
        .addColumn('user_name', 'text', (column) => column.notNull())
        .addColumn('started', 'bigint', (column) => column.notNull())
        .addColumn('ended', 'bigint')
        .execute();
      await schema.createIndex('runs_started').on('runs').column('started').execute();
      await schema
        .createTable('run_hosts')
        .addColumn('run', 'text', (column) => column.notNull())
        .addColumn('host', 'text', (column) => column.notNull())
        .addColumn('stream', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('probe_schema', 'text')
        .addPrimaryKeyConstraint('run_hosts_key', ['run', 'host'])
        .execute();
      await schema.createIndex('run_hosts_state').on('run_hosts').column('state').execute();
      await schema
        .createTable('audit')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('time', 'bigint', (column) => column.notNull())
        .addColumn('user_name', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('host', 'text')
        .addColumn('run', 'text')
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute();
      await schema.createIndex('audit_time').on('audit').column('time').execute();
    },
  },
};

export const migrations: MigrationProvider = {
  getMigrations: async () => MIGRATIONS,
};
