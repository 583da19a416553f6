import { access, constants, readFile } from 'node:fs/promises';
import { release } from 'node:os';
import type { Check } from '@probepad/protocol/control/host';
import { ERRORS, errorOf } from '@probepad/protocol/errors';
import type { Compiler } from '../compile/compiler.ts';
import { CLANG_OLDEST, findToolchain } from '../compile/toolchain.ts';
import { createBox } from '../exec/box.ts';
import { execute } from '../exec/execute.ts';
import { namesCheck } from '../names/names-check.ts';
import { capabilitiesCheck } from './capabilities.ts';
import { askLoader, type LoaderProbe } from './loader-probe.ts';

export type PreflightOptions = {
  loaderPath: string;
  /** Bytes that the policy lets a run take; 0 for no limit. */
  memory: number;
  /** Whether the policy lets names be told. */
  names?: boolean;
  /** Without it, clang and the box are looked at afresh. */
  compiler?: Pick<Compiler, 'facts' | 'header'>;
};

/** Looks at all that a host needs to compile and run probes, in the order in which a user would mend it. Never rejects. */
export async function preflight({
  loaderPath,
  memory,
  names = true,
  compiler,
}: PreflightOptions): Promise<Check[]> {
  const probe = askLoader(loaderPath);
  const toolchain = await findToolchain().catch(() => undefined);
  return Promise.all([
    guarded('kernel', async () => kernelCheck(release())),
    guarded('btf', btfCheck),
    guarded('clang', async () => {
      const version = compiler?.facts().clang ?? toolchain?.version;
      return version === undefined
        ? bad('clang', `no clang ${CLANG_OLDEST} or newer on PATH`, ERRORS.no_compiler)
        : good('clang', `clang ${version}`);
    }),
    guarded('box', async () => {
      // A compiler is only made when its box works.
      if (compiler !== undefined) return good('box', 'bubblewrap, setpriv and prlimit work');
      if (toolchain === undefined) return bad('box', 'not tried: there is no clang', ERRORS.no_compiler);
      const result = await createBox(toolchain).run([toolchain.clang, '--version'], { binds: [], cwd: '/' });
      return result.code === 0
        ? good('box', 'bubblewrap, setpriv and prlimit work')
        : bad(
            'box',
            result.broken ?? result.stderr.toString().slice(0, 200),
            'Install bubblewrap and util-linux, and allow user namespaces (sysctl user.max_user_namespaces, ' +
              'kernel.apparmor_restrict_unprivileged_userns=0).',
          );
    }),
    guarded('loader', () => loaderCheck(loaderPath)),
    guarded('capabilities', async () => capabilitiesCheck(loaderPath, await probe)),
    guarded('tracefs', async () => tracefsCheck(await probe)),
    guarded('cgroup', async () => cgroupCheck(await probe, memory)),
    guarded('vmlinux', async () => {
      if (compiler === undefined)
        return limited('vmlinux', 'not made: there is no compiler', ERRORS.no_compiler);
      await compiler.header();
      return good('vmlinux', 'vmlinux.h is made from this kernel’s BTF');
    }),
    guarded('names', () => namesCheck(names, loaderPath)),
  ]);
}

/** Ring buffers came with 5.8, what a host needs besides with 5.10, the oldest kernel that is tested. */
export function kernelCheck(kernel: string): Check {
  const [major = 0, minor = 0] = kernel.split(/[.-]/, 2).map(Number);
  const remedy = 'Use Linux 5.10 or newer.';
  if (major > 5 || (major === 5 && minor >= 10)) return good('kernel', `Linux ${kernel}`);
  if (major === 5 && minor >= 8) return limited('kernel', `Linux ${kernel}`, remedy);
  return bad('kernel', `Linux ${kernel}`, remedy);
}

async function btfCheck(): Promise<Check> {
  const { length } = await readFile('/sys/kernel/btf/vmlinux');
  return good('btf', `/sys/kernel/btf/vmlinux, ${(length / 1024 / 1024).toFixed(1)} MiB`);
}

const BUILD_LOADER = 'Build it: `npm start` does, or `make -C host-agent/loader`.';

async function loaderCheck(loaderPath: string): Promise<Check> {
  const found = await access(loaderPath, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!found) return bad('loader', `${loaderPath} is not there`, BUILD_LOADER);
  const { code, signal, stderr } = await execute({
    file: loaderPath,
    args: ['--version'],
    timeoutMs: 5_000,
    stdoutMax: 4_096,
    stderrMax: 4_096,
  });
  // 127: the dynamic linker misses a library.
  if (code === null || code === 127) {
    return bad(
      'loader',
      `${loaderPath} does not start: ${signal ?? stderr.toString().slice(0, 200)}`,
      BUILD_LOADER,
    );
  }
  return good('loader', loaderPath);
}

const NOT_TRIED = 'not tried: the loader does not answer';

function tracefsCheck(probe: LoaderProbe | undefined): Check {
  if (probe === undefined) return limited('tracefs', NOT_TRIED, BUILD_LOADER);
  const { path, instances } = probe.tracefs;
  const remedy = 'Mount it: `mount -t tracefs tracefs /sys/kernel/tracing`.';
  if (path === '') return limited('tracefs', 'not mounted: no trace lines, no classic tracepoints', remedy);
  if (instances) return good('tracefs', path);
  return limited(
    'tracefs',
    `${path} takes no instances: no trace lines`,
    'Run the agent as root, or open tracefs to its group.',
  );
}

function cgroupCheck(probe: LoaderProbe | undefined, memory: number): Check {
  if (probe === undefined) return limited('cgroup', NOT_TRIED, BUILD_LOADER);
  const { version, works, step, error } = probe.cgroup;
  if (works) return good('cgroup', `the memory of runs can be limited (cgroup ${version})`);
  const found = `${step}: ${error}`;
  const remedy = 'Mount cgroup v2 with the memory controller (boot with systemd.unified_cgroup_hierarchy=1).';
  return memory === 0
    ? limited('cgroup', `${found}: memory of runs is not bounded`, remedy)
    : bad('cgroup', `${found}: no run can start`, `${remedy} Or: ${ERRORS.no_memory_limit}`);
}

function good(name: Check['name'], found: string): Check {
  return { name, result: 'good', found, remedy: '' };
}

function limited(name: Check['name'], found: string, remedy: string): Check {
  return { name, result: 'limited', found, remedy };
}

function bad(name: Check['name'], found: string, remedy: string): Check {
  return { name, result: 'bad', found, remedy };
}

async function guarded(name: Check['name'], check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (thrown) {
    if (name === 'btf') return bad('btf', 'no /sys/kernel/btf/vmlinux', ERRORS.no_btf);
    const error = errorOf(thrown);
    return bad(name, error.message, error.remedy);
  }
}
