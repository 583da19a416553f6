import type { Run } from '@probepad/protocol/control/browser';
import type { Probe, RunStatus } from '@probepad/protocol/control/run';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** Runs with the program they were started from and the whole status of each host. */
export interface RunStore {
  add(run: Run, user: string): Promise<void>;
  saveStatus(status: RunStatus): Promise<void>;
  saveSchema(run: string, host: string, schema: ProbeSchema): Promise<void>;
  /** Marks the run as ended on every host. */
  saveEnd(run: string, ended: number): Promise<void>;
  find(id: string): Promise<Run | undefined>;
  /** Schemas by stream. */
  schemas(run: string): Promise<Map<number, { host: string; schema: ProbeSchema }>>;
  /** The newest first, `skip` of them left out. */
  list(limit: number, skip: number): Promise<Run[]>;
  /** Runs that have not ended on some host, as a hub that starts again finds them. */
  unfinished(): Promise<Run[]>;
  /** The highest number that a stream ever had; 0 before the first run. */
  lastStream(): Promise<number>;
}

export function runStore(database: Database): RunStore {
  async function withStatuses(rows: Tables['runs'][]): Promise<Run[]> {
    if (rows.length === 0) return [];
    const ids = rows.map((row) => row.id);
    const hosts = await database
      .selectFrom('run_hosts')
      .select(['run', 'status', 'stream'])
      .where('run', 'in', ids)
      .orderBy('stream')
      .execute();
    const statuses = Map.groupBy(hosts, (host) => host.run);
    return rows.map((row) =>
      runOf(
        row,
        (statuses.get(row.id) ?? []).map((host) => JSON.parse(host.status) as RunStatus),
      ),
    );
  }

  return {
    async add(run, user) {
      await database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('runs')
          .values({
            id: run.id,
            name: run.name,
            probe: JSON.stringify(run.probe),
            snippet: run.snippet?.id ?? null,
            snippet_revision: run.snippet?.revision ?? null,
            user_name: user,
            started: run.started,
            ended: null,
          })
          .execute();
        for (const status of run.statuses) {
          await transaction
            .insertInto('run_hosts')
            .values({
              run: run.id,
              host: status.host,
              stream: status.stream,
              state: status.state,
              status: JSON.stringify(status),
              probe_schema: null,
            })
            .execute();
        }
      });
    },
    async saveStatus(status) {
      await database
        .updateTable('run_hosts')
        .set({ state: status.state, status: JSON.stringify(status) })
        .where('run', '=', status.run)
        .where('host', '=', status.host)
        .execute();
    },
    async saveSchema(run, host, schema) {
      await database
        .updateTable('run_hosts')
        .set({ probe_schema: JSON.stringify(schema) })
        .where('run', '=', run)
        .where('host', '=', host)
        .execute();
    },
    async saveEnd(run, ended) {
      await database.updateTable('runs').set({ ended }).where('id', '=', run).execute();
    },
    async find(id) {
      const row = await database.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : (await withStatuses([row]))[0];
    },
    async schemas(run) {
      const rows = await database
        .selectFrom('run_hosts')
        .select(['host', 'stream', 'probe_schema'])
        .where('run', '=', run)
        .execute();
      const found = new Map<number, { host: string; schema: ProbeSchema }>();
      for (const { host, stream, probe_schema } of rows) {
        if (probe_schema !== null) {
          found.set(Number(stream), { host, schema: JSON.parse(probe_schema) as ProbeSchema });
        }
      }
      return found;
    },
    async list(limit, skip) {
      const rows = await database
        .selectFrom('runs')
        .selectAll()
        .orderBy('started', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(skip)
        .execute();
      return withStatuses(rows);
    },
    async unfinished() {
      const rows = await database
        .selectFrom('runs')
        .selectAll()
        .where('id', 'in', (inner) =>
          inner.selectFrom('run_hosts').select('run').where('state', '!=', 'ended'),
        )
        .execute();
      return withStatuses(rows);
    },
    async lastStream() {
      const row = await database
        .selectFrom('run_hosts')
        .select((expression) => expression.fn.max('stream').as('last'))
        .executeTakeFirst();
      return Number(row?.last ?? 0);
    },
  };
}

function runOf(row: Tables['runs'], statuses: RunStatus[]): Run {
  return {
    id: row.id,
    name: row.name,
    probe: JSON.parse(row.probe) as Probe,
    ...(row.snippet !== null && { snippet: { id: row.snippet, revision: Number(row.snippet_revision) } }),
    started: Number(row.started),
    ...(row.ended !== null && { ended: Number(row.ended) }),
    statuses,
  };
}
