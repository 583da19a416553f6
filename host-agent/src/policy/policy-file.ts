import { readFile } from 'node:fs/promises';
import { DEFAULT_POLICY, type Policy, parsePolicy } from './policy.ts';

export const POLICY_PATH = '/etc/probepad/policy.json';

/** A policy and where it comes from, for the agent's log. */
export interface LoadedPolicy {
  policy: Policy;
  /** The file, or undefined for the built-in default. */
  path: string | undefined;
}

/**
 * The host's policy: the named file, else the one that PROBEPAD_POLICY names, else /etc/probepad/policy.json, else the safe
 * default. A file that was named has to exist; one that cannot be read never turns into the default.
 * @throws PolicyError, or the error of reading the file
 */
export async function loadPolicy(named: string | undefined): Promise<LoadedPolicy> {
  const path = named ?? process.env.PROBEPAD_POLICY ?? POLICY_PATH;
  try {
    return { policy: parsePolicy(await readFile(path, 'utf8'), path), path };
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent && path === POLICY_PATH) return { policy: DEFAULT_POLICY, path: undefined };
    throw error;
  }
}
