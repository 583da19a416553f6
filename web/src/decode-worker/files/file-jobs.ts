import { SHOWN_FORMATS } from '@probepad/protocol/export/shown-table';
import { TABLE_FORMATS } from '@probepad/protocol/export/table-file';
import type { FileAnswer, FileQuery, SourceRef } from '../../session/decoder.ts';
import type { EventSource } from '../event-source.ts';
import type { GlobalsSource } from '../globals-source.ts';
import type { MapSource } from '../map-source.ts';
import type { Slice } from '../query/slice.ts';
import { type FileJob, fileJob } from './file-job.ts';
import { shownPage } from './shown-page.ts';

/** Files in the making, which get on each time they are asked for. */
export interface FileJobs {
  advance(query: FileQuery, slice: Slice): FileAnswer;
}

/** Files in the making at once. */
const JOBS_MAX = 4;

export function createFileJobs(
  find: (ref: SourceRef) => { events?: EventSource; map?: MapSource; globals?: GlobalsSource },
): FileJobs {
  const jobs = new Map<string, FileJob>();

  function newJob(query: FileQuery): FileJob {
    const { events, map, globals } = find(query);
    const { filter, sort, group, between, head: first } = query;
    if (query.as === 'shown') {
      const { columns } = query;
      const kind = SHOWN_FORMATS[query.format];
      if (events) {
        return fileJob(kind, (head = first, offset, limit, turn) => {
          const window = events.rows({ head, offset, limit, filter, sort, group, between }, turn);
          return { ...window, ...shownPage(window.columns, window.rows, columns) };
        });
      }
      // In one piece: the next snapshot has other entries in another order.
      const all = map?.entries({ ...query, offset: 0, limit: Number.MAX_SAFE_INTEGER });
      return fileJob(kind, (_head, offset, limit) => ({
        ...shownPage(all?.columns ?? [], all?.rows.slice(offset, offset + limit) ?? [], columns),
        ...{ total: all?.total ?? 0, head: 0, searching: false },
      }));
    }
    const kind = TABLE_FORMATS[query.format];
    if (events) {
      return fileJob(kind, (head = first, offset, limit, turn) =>
        events.page({ head, offset, limit, filter, sort, group, between }, turn),
      );
    }
    const entries = map?.typed(query) ?? globals?.typed(query.at);
    return fileJob(kind, (_head, offset, limit) => ({
      columns: entries?.columns ?? [],
      rows: entries?.rows(offset, limit) ?? [],
      total: entries?.total ?? 0,
      head: 0,
      searching: false,
    }));
  }

  return {
    advance(query, slice) {
      let job = jobs.get(query.job);
      if (job === undefined) {
        job = newJob(query);
        jobs.set(query.job, job);
        // A page that was closed, or that gave up, does not ask again.
        for (const [oldest] of jobs) if (jobs.size > JOBS_MAX) jobs.delete(oldest);
      }
      const answer = job.advance(slice);
      if (!answer.searching) jobs.delete(query.job);
      return answer;
    },
  };
}
