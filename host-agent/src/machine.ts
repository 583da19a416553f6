import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Compiler, createCompiler } from './compile/compiler.ts';
import { createNames, type Names } from './names/names.ts';
import { type LoadedPolicy, loadPolicy } from './policy/policy-file.ts';
import { deferredCompiler, type FullCompiler } from './runs/deferred-compiler.ts';
import type { RunEnvironment } from './runs/environment.ts';
import { loaderIdentity } from './runs/identity.ts';
import type { Log } from './runs/log.ts';
import { cgroupRoot } from './runs/surroundings.ts';
import { sweep } from './runs/sweep.ts';

export interface MachineOptions {
  /** Folder for caches and credentials. */
  dataDir: string | undefined;
  /** Path of the policy file, when it is not at one of the usual places. */
  policyPath: string | undefined;
  /** Whether it stays, so that clang may stand by for the next compile. */
  standby?: boolean;
  log: Log;
}

/** This machine, ready to run probes; with or without a hub. */
export interface Machine {
  dataDir: string;
  policy: LoadedPolicy;
  environment: RunEnvironment & { compiler: FullCompiler };
  names: Names;
  /** The compiler itself, once it is made; rejects with `no_compiler` or `no_box`. */
  compiler(): Promise<Compiler>;
  /** Makes the compiler again when that failed: clang may have been installed since. @returns whether it is there since now */
  retryCompiler(): Promise<boolean>;
  /** Ends what was started ahead. */
  close(): Promise<void>;
}

/** Where caches and credentials lie: PROBEPAD_AGENT_DATA, /var/lib/probepad for root, else below the user's home. */
export function defaultDataDir(): string {
  const named = process.env.PROBEPAD_AGENT_DATA;
  if (named !== undefined && named !== '') return resolve(named);
  if (process.getuid?.() === 0) return '/var/lib/probepad';
  return join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state'), 'probepad');
}

/** PROBEPAD_HOST_ROOT: where a container has files of its host; else they are where they always are. */
function hostRoot(): string {
  return process.env.PROBEPAD_HOST_ROOT ?? '';
}

/** PROBEPAD_LOADER, else the one that the build makes beside this folder. */
export function defaultLoaderPath(): string {
  return process.env.PROBEPAD_LOADER ?? resolve(import.meta.dirname, '../loader/build/probepad-loader');
}

/**
 * Reads the policy, cleans up after loaders that were killed, and begins to make the compiler.
 * @throws PolicyError, or the error of reading a policy file that was named
 */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  const { log } = options;
  const policy = await loadPolicy(options.policyPath);
  const dataDir = resolve(options.dataDir ?? defaultDataDir());
  const loaderPath = defaultLoaderPath();
  const { current, retry } = madeAgain(() =>
    createCompiler({ cacheDir: join(dataDir, 'cache'), loaderPath, standby: options.standby ?? false, log }),
  );
  await sweep(loaderPath, log);
  const names = createNames({
    loaderPath,
    hostRoot: hostRoot(),
    cgroupRoot: cgroupRoot(),
    allowed: policy.policy,
    log,
  });
  return {
    dataDir,
    policy,
    compiler: current,
    retryCompiler: retry,
    close: () =>
      current().then(
        (compiler) => compiler.close(),
        () => {},
      ),
    names,
    environment: {
      watchProcesses: names.watch,
      nameMaps: names.addMaps,
      compiler: deferredCompiler(current),
      loaderPath,
      policy: policy.policy,
      identity: loaderIdentity(),
      log,
    },
  };
}

/** Something that is made now, and anew when that failed and somebody says so. */
function madeAgain<T>(make: () => Promise<T>): { current(): Promise<T>; retry(): Promise<boolean> } {
  let failed = false;
  let current = begin();

  function begin(): Promise<T> {
    failed = false;
    const made = make();
    // A host without clang goes on without it: whoever asks for the compiler is told, and nobody may be asking yet.
    made.catch(() => {
      failed = true;
    });
    return made;
  }

  return {
    current: () => current,
    async retry() {
      if (!failed) return false;
      current = begin();
      return current.then(
        () => true,
        () => false,
      );
    },
  };
}
