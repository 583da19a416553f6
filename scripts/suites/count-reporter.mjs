/**
 * A reporter for `node --test` (nodejs.org/api/test.html, custom reporters) that writes one JSON line for each
 * test as it ends, so that the counts are there even when the run is cut off. Suites (`describe`) don't count.
 */
import { relative } from 'node:path';
import { cwd } from 'node:process';

/**
 * @param {AsyncIterable<{ type: string, data: any }>} events
 */
export default async function* countReporter(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite') continue;
    const skipped = data.skip !== undefined && data.skip !== false;
    const outcome = skipped || data.todo ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    const error = outcome === 'failed' ? textOf(data.details?.error) : undefined;
    yield `${JSON.stringify({ outcome, name: data.name, file: data.file && relative(cwd(), data.file), error })}\n`;
  }
}

/**
 * Node wraps what a test threw.
 *
 * @param {any} error
 * @returns {string}
 */
function textOf(error) {
  const thrown = error?.cause instanceof Error ? error.cause : error;
  return String(thrown?.stack ?? thrown?.message ?? thrown);
}
