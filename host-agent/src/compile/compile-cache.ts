import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnostic, DiagnosticSchema } from '@probepad/protocol/diagnostics';
import { type ProbepadError, ProbepadErrorSchema } from '@probepad/protocol/errors';
import * as z from 'zod/mini';
import { writeWhole } from './kernel-header.ts';

/** What is kept of one compile: the object, or why there is none. */
export type CachedCompile = {
  object: Uint8Array | undefined;
  error: ProbepadError | undefined;
  diagnostics: Diagnostic[];
};

export type CompileCache = {
  get(key: string): Promise<CachedCompile | undefined>;
  put(key: string, value: CachedCompile): Promise<void>;
};

const CACHE_MAX = 256 * 1024 * 1024;
/** How many writes go by before the folder's size is looked at again. */
const WRITES_PER_SWEEP = 64;

const HeadSchema = z.object({
  objectSize: z.number(),
  error: z.optional(ProbepadErrorSchema),
  diagnostics: z.array(DiagnosticSchema),
});

/**
 * Compiles by content hash on disk, one file each: a line of JSON, then the object. What was used longest ago goes first
 * when all pass `maxBytes`.
 */
export async function openCompileCache(folder: string, maxBytes = CACHE_MAX): Promise<CompileCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let writes = 0;
  await sweep(folder, maxBytes);
  return {
    async get(key) {
      const path = join(folder, key);
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const end = bytes.indexOf('\n');
      const head = parseHead(bytes.subarray(0, Math.max(0, end)));
      const object = bytes.subarray(end + 1);
      if (head === undefined || object.length !== head.objectSize) return undefined;
      const now = new Date();
      await utimes(path, now, now).catch(() => {});
      return {
        object: head.error === undefined ? object : undefined,
        error: head.error,
        diagnostics: head.diagnostics,
      };
    },
    async put(key, { object, error, diagnostics }) {
      const head = JSON.stringify({ objectSize: object?.length ?? 0, error, diagnostics });
      await writeWhole(
        join(folder, key),
        Buffer.concat([Buffer.from(`${head}\n`), object ?? new Uint8Array()]),
      );
      if (++writes % WRITES_PER_SWEEP === 0) await sweep(folder, maxBytes);
    },
  };
}

function parseHead(bytes: Buffer): z.infer<typeof HeadSchema> | undefined {
  try {
    const parsed = HeadSchema.safeParse(JSON.parse(bytes.toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function sweep(folder: string, maxBytes: number): Promise<void> {
  const files: { path: string; size: number; used: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found) files.push({ path, size: found.size, used: found.mtimeMs });
  }
  files.sort((left, right) => right.used - left.used);
  let total = 0;
  for (const { path, size } of files) {
    total += size;
    if (total > maxBytes) await rm(path, { force: true });
  }
}
