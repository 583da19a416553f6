import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SourceFileSchema } from '@probepad/protocol/control/run';
import { SnippetSettingsSchema, type Template } from '@probepad/protocol/control/snippet';
import { FILE_NAME_PATTERN } from '@probepad/protocol/limits';
import * as z from 'zod/mini';
import type { Log } from './log.ts';

/** `bpf-templates/<id>/probe.json`. What it leaves out of its settings gets the usual value. */
const ProbeFileSchema = z.object({
  title: z.string(),
  summary: z.string(),
  needs: z._default(z.array(z.string()), []),
  settings: z._default(
    z.extend(SnippetSettingsSchema, {
      params: z._default(z.record(z.string(), z.string()), {}),
      attach: z._default(z.record(z.string(), z.string()), {}),
      flags: z._default(z.array(z.string()), []),
      seconds: z._default(z.number(), 0),
      views: z._default(z.record(z.string(), z.string()), {}),
    }),
    { params: {}, attach: {}, flags: [], seconds: 0, views: {} },
  ),
  /** The file that is compiled; it comes first. */
  main: z.string().check(z.regex(FILE_NAME_PATTERN)),
});

/**
 * The probes that ship with Probepad, by folder name. `hello` comes first, because a first user meets it. A folder that can't be
 * read is left out and logged; a folder of templates that is not there is none.
 */
export async function readTemplates(folder: string, log: Log): Promise<Template[]> {
  let entries: string[];
  try {
    const found = await readdir(folder, { withFileTypes: true });
    entries = found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
  entries.sort(
    (left, right) => Number(right === 'hello') - Number(left === 'hello') || left.localeCompare(right),
  );
  const templates: Template[] = [];
  for (const id of entries) {
    try {
      templates.push(await readTemplate(join(folder, id)));
    } catch (error) {
      log('warn', 'template left out', { id, error: error instanceof Error ? error.message : String(error) });
    }
  }
  return templates;
}

async function readTemplate(folder: string): Promise<Template> {
  const probe = z.parse(ProbeFileSchema, JSON.parse(await readFile(join(folder, 'probe.json'), 'utf8')));
  const names = await readdir(folder);
  const sources = names.filter((name) => /\.[ch]$/.test(name) && FILE_NAME_PATTERN.test(name)).sort();
  if (!sources.includes(probe.main)) throw new Error(`main names ${probe.main}, which is not there`);
  const ordered = [probe.main, ...sources.filter((name) => name !== probe.main)];
  const files = await Promise.all(
    ordered.map(async (name) =>
      z.parse(SourceFileSchema, { name, text: await readFile(join(folder, name), 'utf8') }),
    ),
  );
  const readme = names.includes('README.md') ? await readFile(join(folder, 'README.md'), 'utf8') : '';
  const { title, summary, needs, settings } = probe;
  return { id: basename(folder), title, summary, needs, files, settings, readme };
}
