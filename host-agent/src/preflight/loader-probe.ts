import * as z from 'zod/mini';
import { execute } from '../exec/execute.ts';

/** What `probepad-loader probe-capabilities` prints, as far as it is used here. Source: loader/src/probe.c. */
const LoaderProbeSchema = z.object({
  effective: z.array(z.string()),
  /** `path` is empty where tracefs isn't mounted; `instances`: one could be made. */
  tracefs: z.object({ path: z.string(), instances: z.boolean() }),
  /** `version` is that of the hierarchy with the memory controller, `step` and `error` say where making a group ended. */
  cgroup: z.object({ version: z.string(), works: z.boolean(), step: z.string(), error: z.string() }),
  attach: z.object({ kprobe: z.boolean(), fentry: z.object({ works: z.boolean() }) }),
});
export type LoaderProbe = z.infer<typeof LoaderProbeSchema>;

/**
 * What the loader can do, found by trying: it has capabilities of its own and tells more than this process could see.
 * Undefined where it doesn't answer.
 */
export async function askLoader(file: string): Promise<LoaderProbe | undefined> {
  const options = { timeoutMs: 5_000, stdoutMax: 65_536, stderrMax: 4_096 };
  const { code, stdout } = await execute({ file, args: ['probe-capabilities'], ...options });
  if (code !== 0) return undefined;
  try {
    const parsed = LoaderProbeSchema.safeParse(JSON.parse(stdout.toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
