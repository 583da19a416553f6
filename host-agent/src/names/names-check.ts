import type { Check } from '@probepad/protocol/control/host';
import { createKernelSymbols, symbolFiles } from './kernel-symbols.ts';
import { isInFirst } from './namespaces.ts';
import { createSymbolReader } from './user/symbol-reader.ts';

/** What names this host can't tell, and what would mend it. */
export async function namesCheck(told: boolean, loaderPath: string): Promise<Check> {
  if (!told) {
    const remedy = 'Set `names` to true in the policy file of the host.';
    return { name: 'names', result: 'limited', found: 'the policy tells none', remedy };
  }
  const kernel = createKernelSymbols(symbolFiles(loaderPath));
  await kernel.find(0xffff_ffff_8000_0000n);
  const lacks = [
    ...(kernel.shown === false
      ? [
          {
            found: 'kernel functions: the loader sees no addresses in /proc/kallsyms',
            remedy: 'Give the loader CAP_SYSLOG (as npm start does), and set kernel.kptr_restrict to 1 or 0.',
          },
        ]
      : []),
    ...((await createSymbolReader(loaderPath)) === undefined
      ? [
          {
            found: 'functions of processes: no llvm-cxxfilt, or no probepad-symbols beside the loader',
            remedy: 'Install LLVM (Debian: llvm-16), and build the loader.',
          },
        ]
      : []),
    ...(process.getuid?.() === 0
      ? []
      : [
          {
            found: "functions of other users' processes that began before the run",
            remedy: 'Run the agent as root.',
          },
        ]),
    ...((await isInFirst('pid'))
      ? []
      : [
          {
            found: 'processes: the agent has process numbers of its own',
            remedy:
              'Start its container with the process numbers of the host (`pid: host`, `hostPID: true`).',
          },
        ]),
  ];
  if (lacks.length === 0) {
    return {
      name: 'names',
      result: 'good',
      found: 'kernel and user functions, users, cgroups, devices, processes',
      remedy: '',
    };
  }
  return {
    name: 'names',
    result: 'limited',
    found: `no names for ${lacks.map(({ found }) => found).join('; ')}`,
    remedy: lacks.map(({ remedy }) => remedy).join(' '),
  };
}
