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

/** Writes an npmrc into `folder` with the registry and certificates that npm uses on this machine. */
export async function npmSettings(folder: string): Promise<NpmSettings> {
  const setting = async (name: string): Promise<string> =>
    (await runOrThrow(`reading npm's ${name}`, ['npm', '--silent', 'config', 'get', name])).trim();
  const lines = [`registry=${await setting('registry')}`];
  const certificates = await setting('cafile');
  const volumes: string[] = [];
  if (existsSync(certificates)) {
    lines.push(`cafile=${CERTIFICATES}`);
    volumes.push(`${certificates}:${CERTIFICATES}:ro`);
  }
  const npmrc = join(folder, 'npmrc');
  writeFileSync(npmrc, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { npmrc, volumes };
}
