import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';

const CredentialSchema = z.object({ hub: z.string(), host: z.string(), credential: z.string() });
export type Credential = z.infer<typeof CredentialSchema>;

/** What hubs gave this machine to come back with: one file a hub in the data folder, readable by its owner only. */
export interface CredentialStore {
  read(hub: string): Promise<Credential | undefined>;
  write(credential: Credential): Promise<void>;
  remove(hub: string): Promise<void>;
}

export function credentialStore(dataDir: string): CredentialStore {
  const folder = join(dataDir, 'credentials');
  const pathOf = (hub: string): string =>
    join(folder, `${createHash('sha256').update(hub).digest('hex').slice(0, 16)}.json`);
  return {
    async read(hub) {
      try {
        const parsed = CredentialSchema.safeParse(JSON.parse(await readFile(pathOf(hub), 'utf8')));
        return parsed.success && parsed.data.hub === hub ? parsed.data : undefined;
      } catch {
        return undefined;
      }
    },
    async write(credential) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = pathOf(credential.hub);
      // A process of another start, or in another container, may have had the same pid and left its file.
      const fresh = `${path}.${randomUUID()}`;
      try {
        await writeFile(fresh, JSON.stringify(credential), { mode: 0o600, flag: 'wx' });
        await rename(fresh, path);
      } catch (error) {
        await rm(fresh, { force: true });
        throw error;
      }
    },
    remove: (hub) => rm(pathOf(hub), { force: true }),
  };
}
