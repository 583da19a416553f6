import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { fail, ProbepadFailure, probepadError } from '@probepad/protocol/errors';
import { newId } from './auth/tokens.ts';
import type { Hosts } from './hosts.ts';

/** vmlinux.h of hosts, kept gzipped in the data folder by the identity of the kernel's BTF. */
export interface KernelHeaders {
  /** @throws ProbepadFailure not_found, no_btf, host_offline, or as the agent answered */
  find(host: string): Promise<{ btf: string; gzipped: Buffer }>;
}

/** A vmlinux.h has about 3 to 6 MiB; this leaves room for large kernels with modules. */
const HEADER_MAX = 32 * 1024 * 1024;
/** Headers in memory at once, about 0.5 MiB each. */
const IN_MEMORY = 8;

const compress = promisify(gzip);
/** What a client without gzip gets. */
export const decompress = promisify(gunzip);

export function kernelHeaders(hosts: Hosts, data: string): KernelHeaders {
  const folder = join(data, 'headers');
  const memory = new Map<string, Promise<Buffer>>();

  async function fromDisk(btf: string): Promise<Buffer | undefined> {
    return readFile(join(folder, `${btf}.h.gz`)).catch(() => undefined);
  }

  async function fromHost(host: string, btf: string): Promise<Buffer> {
    const connection = hosts.connected(host);
    const { transfer, file, cancel } = connection.transfers.expect(HEADER_MAX);
    try {
      await connection.request('header.get', { transfer });
    } catch (error) {
      cancel(new Error('the host did not send it'));
      throw error;
    }
    const text = await file.catch((error: unknown) => {
      throw new ProbepadFailure(probepadError('internal', `fetching vmlinux.h: ${String(error)}`));
    });
    const gzipped = await compress(text);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Renamed when complete, so that a hub that ends meanwhile leaves no half header.
    const unfinished = join(folder, `${newId()}.part`);
    await writeFile(unfinished, gzipped, { mode: 0o600 });
    await rename(unfinished, join(folder, `${btf}.h.gz`));
    return gzipped;
  }

  return {
    async find(id) {
      const host = hosts.find(id);
      if (host === undefined) fail('not_found', `looking for host ${id.slice(0, 64)}`);
      const btf = host.facts?.btf ?? '';
      // It becomes a file name here, and an agent is not trusted with those.
      if (!/^[0-9a-f]{16,128}$/.test(btf)) fail('no_btf', `fetching vmlinux.h of ${host.name}`);
      let found = memory.get(btf);
      if (found === undefined) {
        found = fromDisk(btf).then((kept) => kept ?? fromHost(id, btf));
        memory.set(btf, found);
        found.catch(() => memory.delete(btf));
        const oldest = memory.size > IN_MEMORY ? memory.keys().next().value : undefined;
        if (oldest !== undefined) memory.delete(oldest);
      }
      return { btf, gzipped: await found };
    },
  };
}
