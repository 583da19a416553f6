import { errorOf } from '@probepad/protocol/errors';
import type { ProbeCompiler } from './environment.ts';

/** The compiler with what a hub may ask of it. */
export type FullCompiler = ProbeCompiler & { header(): Promise<string> };

/**
 * A compiler that is still being made, so that an agent connects at once. What it fails with (no clang, no working box) is the
 * result of each compile then.
 * @param pending asked for each time, because what failed may be made again
 */
export function deferredCompiler(pending: () => Promise<FullCompiler>): FullCompiler {
  return {
    async compile(probe, signal) {
      const began = performance.now();
      let compiler: FullCompiler;
      try {
        compiler = await pending();
      } catch (thrown) {
        const milliseconds = performance.now() - began;
        return { ok: false, error: errorOf(thrown), diagnostics: [], cached: false, milliseconds };
      }
      return compiler.compile(probe, signal);
    },
    hold() {
      let release: (() => void) | undefined;
      let held = true;
      pending().then(
        (compiler) => {
          if (held) release = compiler.hold();
        },
        () => {},
      );
      return () => {
        held = false;
        release?.();
      };
    },
    header: async () => (await pending()).header(),
  };
}
