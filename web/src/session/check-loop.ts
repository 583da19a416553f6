import { useSession } from './hosts.ts';
import { checkProbe, forgetCheck } from './run-actions.ts';
import { useWorkspace } from './workspace.ts';

/** How long nothing must have been typed before the text is compiled, in milliseconds. */
const QUIET = 350;

/**
 * Compiles the text on screen whenever it, its flags or its leading host have changed; not what an address brought, before somebody
 * asks for it. @returns a function that ends it
 */
export function startChecking(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    if (useWorkspace.getState().unasked) forgetCheck();
    else timer = setTimeout(() => void checkProbe(), QUIET);
  };
  const ends = [
    useWorkspace.subscribe((now, before) => {
      const changed =
        now.files !== before.files ||
        now.unasked !== before.unasked ||
        now.hosts[0] !== before.hosts[0] ||
        now.settings.flags !== before.settings.flags;
      if (changed) later();
    }),
    useSession.subscribe((now, before) => {
      const online = (state: typeof now): string =>
        state.hosts
          .filter((host) => host.online)
          .map((host) => host.id)
          .join();
      if (online(now) !== online(before)) later();
    }),
  ];
  later();
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
