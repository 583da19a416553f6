import type { SourceFile } from '@probepad/protocol/control/run';
import type { Snippet, SnippetSettings } from '@probepad/protocol/control/snippet';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

export type SnippetSummary = Pick<Snippet, 'id' | 'revision' | 'name' | 'saved'>;

/** Snippets as immutable revisions: saving under an id adds one, nothing is ever changed. */
export interface SnippetStore {
  /** @returns undefined when a revision with that number is already there: somebody else saved first */
  add(snippet: Snippet): Promise<Snippet | undefined>;
  /** The named revision, or the newest. */
  find(id: string, revision?: number): Promise<Snippet | undefined>;
  /** The newest revision of each, newest first. */
  list(limit: number): Promise<SnippetSummary[]>;
}

export function snippetStore(database: Database): SnippetStore {
  return {
    async add(snippet) {
      const result = await database
        .insertInto('snippets')
        .values({
          id: snippet.id,
          revision: snippet.revision,
          name: snippet.name,
          files: JSON.stringify(snippet.files),
          settings: JSON.stringify(snippet.settings),
          saved: snippet.saved,
        })
        .onConflict((conflict) => conflict.columns(['id', 'revision']).doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 0n ? undefined : snippet;
    },
    async find(id, revision) {
      let query = database.selectFrom('snippets').selectAll().where('id', '=', id);
      if (revision !== undefined) query = query.where('revision', '=', revision);
      const row = await query.orderBy('revision', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? undefined : snippetOf(row);
    },
    async list(limit) {
      const rows = await database
        .selectFrom('snippets as snippet')
        .select(['snippet.id', 'snippet.revision', 'snippet.name', 'snippet.saved'])
        .where('snippet.revision', '=', (inner) =>
          inner
            .selectFrom('snippets as other')
            .select((expression) => expression.fn.max('other.revision').as('newest'))
            .whereRef('other.id', '=', 'snippet.id'),
        )
        .orderBy('snippet.saved', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, revision: Number(row.revision), saved: Number(row.saved) }));
    },
  };
}

function snippetOf(row: Tables['snippets']): Snippet {
  return {
    id: row.id,
    revision: Number(row.revision),
    name: row.name,
    files: JSON.parse(row.files) as SourceFile[],
    settings: JSON.parse(row.settings) as SnippetSettings,
    saved: Number(row.saved),
  };
}
