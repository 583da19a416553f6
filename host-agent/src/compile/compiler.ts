import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Probe, SourceFile } from '@probepad/protocol/control/run';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { errorOf, fail, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import { COMPILE_TIMEOUT } from '@probepad/protocol/limits';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { type Box, type BoxRun, createBox } from '../exec/box.ts';
import { copyWrapperHeaders, prepareBoxFolder, tidyBoxFolder } from './box-folder.ts';
import { createClang, type Shape, SNIPPET } from './clang.ts';
import { diagnosticsOfClang } from './clang-diagnostics.ts';
import { type CachedCompile, openCompileCache } from './compile-cache.ts';
import { compileError } from './compile-error.ts';
import { checkFlags } from './flags.ts';
import { type KernelHeader, kernelHeader, NO_KFUNC_PROTOTYPES } from './kernel-header.ts';
import { redeclaresKfunc } from './kfunc-prototypes.ts';
import { mayUsePrecompiled, refusesPrecompiled } from './precompiled.ts';
import { withRecordCandidates } from './record-candidates.ts';
import { withFunctionLines } from './schema/function-lines.ts';
import { toldByText } from './schema/told-by-text.ts';
import { schemaOfObject } from './schema-of-object.ts';
import { checkFiles, createSnippetFolder } from './snippet-folder.ts';
import { sourceLines } from './source-columns.ts';
import { createStandby } from './standby.ts';
import { headersVersion } from './system-headers.ts';
import { findToolchain } from './toolchain.ts';

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
  /** Starts nothing ahead until the function that it returns is called: a run may trace what is started. */
  hold(): () => void;
  /** Ends what stands by. */
  close(): Promise<void>;
};

/** Changes when what is kept of a compile changes its meaning. */
const CACHE_VERSION = '1';
const COMPILES_AT_ONCE = 4;

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
  const clang = createClang(box, toolchain, wrappers.path);

  await assertBoxWorks(box, toolchain.clang);

  const header = kernelHeader(boxFolder, loaderPath);
  let precompiled: string | undefined;
  let precompiling = true;
  const ready = header
    .then(clang.precompile)
    .then((name) => {
      precompiled = name;
    })
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
        clang.compile(folder, shape, await header.catch(() => undefined), how),
      )
    : undefined;

  return {
    ready,
    hold: () => standby?.hold() ?? (() => {}),
    close: async () => standby?.close(),
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
        const headers = await headersVersion();
        const key = sha256(
          JSON.stringify([CACHE_VERSION, clang.version, btf, wrappers.version, headers, probe.flags, files]),
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
    // For all attempts together.
    const until = performance.now() + COMPILE_TIMEOUT;
    let first = await compileOnce(probe, kernel, until, signal);
    if (redeclaresKfunc(first.diagnostics)) {
      probe = { ...probe, flags: [...probe.flags, `-D${NO_KFUNC_PROTOTYPES}`] };
      first = await compileOnce(probe, kernel, until, signal);
    }
    if (first.object === undefined) return first;
    const richer = withRecordCandidates(probe.files, first.object);
    if (richer === undefined) return first;
    const second = await compileOnce({ ...probe, files: richer }, kernel, until, signal);
    return second.object === undefined ? first : { ...second, diagnostics: first.diagnostics };
  }

  async function compileOnce(
    probe: Pick<Probe, 'files' | 'flags'>,
    kernel: KernelHeader | undefined,
    until: number,
    signal: AbortSignal | undefined,
  ): Promise<CachedCompile> {
    const run = async (shape: Shape): Promise<BoxRun> => {
      const ahead = await standby?.compile(shape, probe.files, signal);
      if (ahead !== undefined) return ahead;
      await using folder = await createSnippetFolder(snippets, probe.files, box.uid);
      const timeoutMs = Math.max(1, until - performance.now());
      return await clang.compile(folder.path, shape, kernel, { timeoutMs, ...(signal && { signal }) });
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
