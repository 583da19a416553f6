import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * 256 random bits as base64url, which can neither be guessed nor needs escaping in a URL. None begins with a dash: behind an option of a
 * command it would be taken for another option.
 */
export function newToken(): string {
  for (;;) {
    const token = randomBytes(32).toString('base64url');
    if (!token.startsWith('-')) return token;
  }
}

/** An unguessable id of 128 random bits as hex, as it fits the loader's run names ([a-z0-9]{1,32}). */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** What is stored of a token: its sha256, hex. Tokens are random, so no salt is needed. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares secrets in a time that does not depend on where they differ. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The hub's access token: made at the first start and kept in `<data>/token`, readable by its owner only. */
export function accessToken(data: string): string {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const file = join(data, 'token');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept.length >= 32) {
      chmodSync(file, 0o600);
      return kept;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const token = newToken();
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return token;
}
