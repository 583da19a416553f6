import { readFileSync } from 'node:fs';
import type { Identity } from './loader-spec.ts';

/** Users that a loader may become, the first that exists. */
const CANDIDATES = ['probepad', 'nobody'];

/**
 * Whom loaders become after their privileged set-up when the agent is root: a user without rights, by passwd(5). When it is not
 * root, loaders stay what the agent is.
 */
export function loaderIdentity(): Identity {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (own.uid !== 0) return own;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of CANDIDATES) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    const uid = Number(fields?.[2]);
    const gid = Number(fields?.[3]);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  return { uid: 65534, gid: 65534 };
}
