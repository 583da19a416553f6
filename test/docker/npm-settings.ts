/** The npm settings that an image is built with where packages come from another registry than npm's own. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../../scripts/command.mjs';

const CERTIFICATES = '/usr/local/share/machine-certificates.crt';

export interface NpmSettings {
  /** An npmrc with the machine's registry; it holds no credentials. */
  npmrc: string;
  /** Mounts what the npmrc names. */
  volumes: string[];
}

/**
 * Writes an npmrc into `folder` with the registry that npm uses on this machine and the certificates that it trusts: those
 * of its own setting `cafile`, or those that Node is told of (NODE_EXTRA_CA_CERTS, nodejs.org/api/cli.html).
 */
export async function npmSettings(folder: string): Promise<NpmSettings> {
  const setting = async (name: string): Promise<string> =>
    (await runOrThrow(`reading npm's ${name}`, ['npm', '--silent', 'config', 'get', name])).trim();
  const lines = [`registry=${await setting('registry')}`];
  const volumes: string[] = [];
  const certificates = [await setting('cafile'), process.env.NODE_EXTRA_CA_CERTS ?? ''].find(existsSync);
  if (certificates !== undefined) {
    lines.push(`cafile=${CERTIFICATES}`);
    volumes.push(`${certificates}:${CERTIFICATES}:ro`);
  }
  const npmrc = join(folder, 'npmrc');
  writeFileSync(npmrc, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { npmrc, volumes };
}
