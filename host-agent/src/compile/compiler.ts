import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Probe, SourceFile } from '@probepad/protocol/control/run';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { errorOf, fail, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { type Bind, type Box, type BoxOptions, type BoxRun, createBox } from '../exec/box.ts';
import { copyWrapperHeaders, prepareBoxFolder, tidyBoxFolder } from './box-folder.ts';
import { DIAGNOSTIC_OPTIONS, diagnosticsOfClang } from './clang-diagnostics.ts';
import { type CachedCompile, openCompileCache } from './compile-cache.ts';
import { compileError } from './compile-error.ts';
import { checkFlags } from './flags.ts';
import { exists, type KernelHeader, kernelHeader, NO_KFUNC_PROTOTYPES, writeWhole } from './kernel-header.ts';
import { redeclaresKfunc } from './kfunc-prototypes.ts';
import { mayUsePrecompiled, PRECOMPILED_MAX, precompiledPath, refusesPrecompiled } from './precompiled.ts';
import { withRecordCandidates } from './record-candidates.ts';
import { withFunctionLines } from './schema/function-lines.ts';
import { toldByText } from './schema/told-by-text.ts';
import { schemaOfObject } from './schema-of-object.ts';
import { checkFiles, createSnippetFolder } from './snippet-folder.ts';
import { sourceLines } from './source-columns.ts';
import { createStandby, type Shape } from './standby.ts';
import { findToolchain, targetArch } from './toolchain.ts';

export type CompilerOptions = {
  /** Kept between starts; at most some hundred MB. */
  cacheDir: string;
  /** The `probepad-loader` binary, which writes vmlinux.h. */
  loaderPath: string;
  /** A clang binary; without it the newest one on PATH. */
  clang?: string;
  /** Whether clang is started ahead of compiles that are likely, for one that stays: see `close`. */
  standby?: boolean;
  log?: (line: string) => void;
};

export type CompileOutcome =
  | {
      ok: true;
      object: Uint8Array;
      /** sha256 of the object, hex. */
      hash: string;
      schema: ProbeSchema;
      diagnostics: Diagnostic[];
      cached: boolean;
      milliseconds: number;
    }
  | { ok: false; error: ProbepadError; diagnostics: Diagnostic[]; cached: boolean; milliseconds: number };

export type Compiler = {
  /** Compiles in the box. Rejects only when `signal` aborts. */
  compile(probe: Pick<Probe, 'files' | 'flags'>, signal?: AbortSignal): Promise<CompileOutcome>;
  /** Path of vmlinux.h. Rejects with `no_btf`. */
  header(): Promise<string>;
  /** Settled when the precompiled header is there, or can't be made; compiling works before, slower. */
  ready: Promise<void>;
  /** `btf` names the kernel's BTF (kernel-header.ts), empty without. */
  facts(): { clang: string; btf: string };
  /** Ends what stands by. */
  close(): void;
};

/** Folders inside the box. */
const SNIPPET = '/snippet';
const KERNEL = '/kernel';
const WRAPPERS = '/include';

/** Changes when what is kept of a compile changes its meaning. */
const CACHE_VERSION = '1';
const COMPILES_AT_ONCE = 4;
const PRECOMPILE_TIMEOUT = 60_000;

/** Makes a compiler. Fails with `no_compiler`, or with `no_box` when the box does not work: it never compiles outside. */
export async function createCompiler(options: CompilerOptions): Promise<Compiler> {
  const { cacheDir, loaderPath, log = () => {} } = options;
  const toolchain = await findToolchain(options.clang);
  const box = createBox(toolchain);
  const boxFolder = await prepareBoxFolder(cacheDir, box.uid);
  const snippets = join(boxFolder, 'snippets');
  await mkdir(snippets, { recursive: true, mode: 0o711 });
  await tidyBoxFolder(boxFolder);
  const wrappers = await copyWrapperHeaders(boxFolder);
  const cache = await openCompileCache(join(cacheDir, 'objects'));
  const systemHeaders: Bind = { source: '/usr/include', target: '/usr/include' };
  const wrapperHeaders: Bind = { source: wrappers.path, target: WRAPPERS };

  const arguments_ = [
    ...[toolchain.clang, '-target', 'bpf', `-D__TARGET_ARCH_${targetArch()}`, '-O2', '-g', '-mcpu=v3'],
    ...['-fno-crash-diagnostics', '-fno-stack-protector', '-fno-ident'],
    ...DIAGNOSTIC_OPTIONS,
    ...['-nostdinc', '-isystem', WRAPPERS, '-isystem', KERNEL, '-isystem', toolchain.resourceHeaders],
    ...toolchain.archHeaders.flatMap((folder) => ['-isystem', folder]),
    ...['-isystem', '/usr/include'],
  ];
  const argumentsHash = sha256(JSON.stringify([toolchain.version, arguments_]));

  await assertBoxWorks(box, toolchain.clang);

  const header = kernelHeader(boxFolder, loaderPath);
  let precompiled: string | undefined;
  let precompiling = true;
  const ready = header
    .then(precompile)
    .catch((error: unknown) => log(`precompiling vmlinux.h: ${errorOf(error).message}`))
    .finally(() => {
      precompiling = false;
    });
  // `header` is asked for by each compile; its failure is reported there.
  const btf = await header.then(
    (found) => found.btf,
    () => '',
  );
  const turns = turnstile(COMPILES_AT_ONCE);

  const standby = options.standby
    ? createStandby(snippets, box.uid, async (shape, { folder, ...how }) =>
        compileIn(folder, shape, await header.catch(() => undefined), how),
      )
    : undefined;

  return {
    ready,
    close: () => standby?.close(),
    header: async () => (await header).path,
    facts: () => ({ clang: toolchain.version, btf }),
    async compile(probe, signal) {
      const began = performance.now();
      const elapsed = (): number => performance.now() - began;
      const failed = (error: unknown): CompileOutcome => {
        const value = { ok: false as const, error: errorOf(error), diagnostics: [], cached: false };
        return { ...value, milliseconds: elapsed() };
      };
      try {
        checkFiles(probe.files);
        checkFlags(probe.flags);
        const files = probe.files.map(({ name, text }) => [name, text]);
        const key = sha256(
          JSON.stringify([CACHE_VERSION, argumentsHash, btf, wrappers.version, probe.flags, files]),
        );
        const known = await cache.get(key);
        if (known !== undefined) return outcomeOf(known, true, elapsed, probe.files, await headerText());

        const fresh = await turns(() => compileFresh(probe, signal), signal);
        signal?.throwIfAborted();
        if (fresh.error === undefined || fresh.error.code === 'compile_failed') await cache.put(key, fresh);
        return outcomeOf(fresh, false, elapsed, probe.files, await headerText());
      } catch (error) {
        signal?.throwIfAborted();
        return failed(error);
      }
    },
  };

  /** Reads vmlinux.h when it is asked for, at most once. */
  async function headerText(): Promise<() => string | undefined> {
    const kernel = await header.catch(() => undefined);
    let text: string | undefined;
    return () => {
      text ??= kernel && readFileSync(kernel.path, 'utf8');
      return text;
    };
  }

  /** A compile, and another where vmlinux.h and the program declare the same kfunc or the type of sent records is open. */
  async function compileFresh(
    probe: Pick<Probe, 'files' | 'flags'>,
    signal: AbortSignal | undefined,
  ): Promise<CachedCompile> {
    const kernel = await header.catch(() => undefined);
    try {
      return await compileAsNeeded(probe, kernel, signal);
    } finally {
      standby?.expect(shapeOf(probe, kernel));
    }
  }

  async function compileAsNeeded(
    probe: Pick<Probe, 'files' | 'flags'>,
    kernel: KernelHeader | undefined,
    signal: AbortSignal | undefined,
  ): Promise<CachedCompile> {
    let first = await compileOnce(probe, kernel, signal);
    if (redeclaresKfunc(first.diagnostics)) {
      probe = { ...probe, flags: [...probe.flags, `-D${NO_KFUNC_PROTOTYPES}`] };
      first = await compileOnce(probe, kernel, signal);
    }
    if (first.object === undefined) return first;
    const richer = withRecordCandidates(probe.files, first.object);
    if (richer === undefined) return first;
    const second = await compileOnce({ ...probe, files: richer }, kernel, signal);
    return second.object === undefined ? first : { ...second, diagnostics: first.diagnostics };
  }

  async function compileOnce(
    probe: Pick<Probe, 'files' | 'flags'>,
    kernel: KernelHeader | undefined,
    signal: AbortSignal | undefined,
  ): Promise<CachedCompile> {
    const run = async (shape: Shape): Promise<BoxRun> => {
      const ahead = await standby?.compile(shape, probe.files, signal);
      if (ahead !== undefined) return ahead;
      await using folder = await createSnippetFolder(snippets, probe.files, box.uid);
      return await compileIn(folder.path, shape, kernel, signal && { signal });
    };
    const slow = fits(probe, kernel) && precompiling;
    const shape = shapeOf(probe, kernel);
    let result = await run(shape);
    if (
      shape.precompiled !== undefined &&
      result.code !== 0 &&
      refusesPrecompiled(result.stderr.toString())
    ) {
      const refusal = result.stderr.toString().slice(0, 200);
      result = await run({ ...shape, precompiled: undefined });
      // A program can make clang say the same words, and then fails without the precompiled header too.
      if (result.code === 0) {
        log(`precompiled vmlinux.h refused: ${refusal}`);
        precompiled = undefined;
      }
    }
    if (signal?.aborted) throw signal.reason;
    const lines = sourceLines(probe.files);
    const diagnostics = diagnosticsOfClang(result.stderr.toString(), lines, SNIPPET);
    const error = compileError(result, diagnostics, slow);
    return error === undefined
      ? { object: result.stdout, error: undefined, diagnostics }
      : { object: undefined, error, diagnostics };
  }

  function fits({ files, flags }: Pick<Probe, 'files' | 'flags'>, kernel: KernelHeader | undefined): boolean {
    return kernel !== undefined && mayUsePrecompiled(checkFiles(files), files, flags);
  }

  function shapeOf(probe: Pick<Probe, 'files' | 'flags'>, kernel: KernelHeader | undefined): Shape {
    const { name } = checkFiles(probe.files);
    return {
      main: name,
      flags: probe.flags,
      precompiled: fits(probe, kernel) ? precompiled : undefined,
    };
  }

  function compileIn(
    folder: string,
    { main, flags, precompiled: usePrecompiled }: Shape,
    kernel: KernelHeader | undefined,
    how: Pick<BoxOptions, 'signal' | 'begun'> = {},
  ): Promise<BoxRun> {
    return box.run(
      [
        ...arguments_,
        ...(usePrecompiled ? ['-include-pch', `${KERNEL}/${usePrecompiled}`] : []),
        ...flags,
        ...['-c', main, '-o', '-'],
      ],
      {
        binds: [systemHeaders, wrapperHeaders, ...kernelBinds(kernel), { source: folder, target: SNIPPET }],
        cwd: SNIPPET,
        ...how,
      },
    );
  }

  async function precompile(kernel: KernelHeader): Promise<void> {
    const path = precompiledPath(kernel.folder, toolchain.version, argumentsHash);
    const name = path.slice(kernel.folder.length + 1);
    if (!(await exists(path))) {
      const result = await box.run(
        [...arguments_, '-Xclang', '-fno-pch-timestamp', '-x', 'c-header', `${KERNEL}/vmlinux.h`, '-o', '-'],
        {
          binds: [systemHeaders, wrapperHeaders, ...kernelBinds(kernel)],
          cwd: KERNEL,
          stdoutMax: PRECOMPILED_MAX,
          timeoutMs: PRECOMPILE_TIMEOUT,
          cpuSeconds: PRECOMPILE_TIMEOUT / 1000,
        },
      );
      if (result.code !== 0) {
        const lines = sourceLines([]);
        throw new Error(
          compileError(result, diagnosticsOfClang(result.stderr.toString(), lines, KERNEL), false)?.message,
        );
      }
      await writeWhole(path, result.stdout);
    }
    precompiled = name;
  }
}

function kernelBinds(kernel: KernelHeader | undefined): Bind[] {
  return kernel ? [{ source: kernel.folder, target: KERNEL }] : [];
}

async function assertBoxWorks(box: Box, clang: string): Promise<void> {
  const result = await box.run([clang, '--version'], { binds: [], cwd: '/' });
  if (result.code === 0) return;
  const reason = result.broken ?? `clang in the box: ${result.stderr.toString().slice(0, 300)}`;
  fail('no_box', `trying the compile box: ${reason}`, { reason });
}

function outcomeOf(
  value: CachedCompile,
  cached: boolean,
  elapsed: () => number,
  files: readonly SourceFile[],
  kernel: () => string | undefined,
): CompileOutcome {
  const { object, diagnostics } = value;
  if (object === undefined) {
    const error = value.error ?? probepadError('internal', 'compiling: neither object nor error');
    return { ok: false, error, diagnostics, cached, milliseconds: elapsed() };
  }
  try {
    const schema = toldByText(withFunctionLines(schemaOfObject(object), files), files, kernel);
    return { ok: true, object, hash: sha256(object), schema, diagnostics, cached, milliseconds: elapsed() };
  } catch (error) {
    return { ok: false, error: errorOf(error), diagnostics, cached, milliseconds: elapsed() };
  }
}

/** Lets `places` calls in at a time; the others wait in order. */
function turnstile(places: number): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work, signal) => {
    if (inside >= places) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside++;
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside--;
    }
  };
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
