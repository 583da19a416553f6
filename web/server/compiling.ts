import type { CompileResult, Probe } from '@probepad/protocol/control/run';
import { fail } from '@probepad/protocol/errors';
import { OBJECT_MAX } from '@probepad/protocol/limits';
import type { Hosts } from './hosts.ts';

/** Compiling, on the host itself or, when it has no compiler, on another one of its architecture (CO-RE). */
export interface Compiling {
  /** @throws ProbepadFailure */
  compile(host: string, probe: Probe): Promise<CompileResult>;
  /** Compiles elsewhere and brings the object here; `object` is absent when the program doesn't compile. */
  objectFor(host: string, probe: Probe): Promise<{ result: CompileResult; object?: Buffer }>;
}

export function compilingOn(hosts: Hosts): Compiling {
  /** @throws ProbepadFailure no_compiler */
  function compilerFor(host: string): string {
    const own = hosts.find(host)?.facts;
    if (own?.clang) return host;
    const candidates = hosts
      .list()
      .filter(({ online, facts }) => online && facts !== undefined && facts.clang !== '')
      .filter(({ facts }) => facts?.arch === own?.arch);
    // One with the same kernel types needs no relocation at all.
    const best = candidates.find(({ facts }) => facts?.btf === own?.btf) ?? candidates[0];
    return best?.id ?? fail('no_compiler', 'compiling: neither this host nor another online one has clang');
  }

  return {
    async compile(host, probe) {
      hosts.connected(host);
      return hosts.connected(compilerFor(host)).request('compile', { probe });
    },
    async objectFor(host, probe) {
      const compiler = hosts.connected(compilerFor(host));
      const { transfer, file, cancel } = compiler.transfers.expect(OBJECT_MAX);
      try {
        const result = await compiler.request('compile', { probe, transfer });
        if (!result.ok) {
          cancel(new Error('the program does not compile'));
          return { result };
        }
        return { result, object: await file };
      } catch (error) {
        cancel(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    },
  };
}
