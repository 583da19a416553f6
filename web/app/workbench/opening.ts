import { useEffect, useRef } from 'react';
import { openNewest, openTemplate, openWithWords } from '../../src/library/open.ts';
import { showPath } from '../../src/library/path.ts';
import { useSession } from '../../src/session/hosts.ts';
import { openRun } from '../../src/session/run-actions.ts';
import { unshelve, useWorkspace } from '../../src/session/workspace.ts';
import { unpackFragment } from '../../src/share/fragment.ts';
import { toast, toastError } from '../../src/ui/toast.tsx';

/** What the address asks for. */
export type Target = { kind: 'home' } | { kind: 'snippet'; id: string } | { kind: 'run'; id: string };

/** The probe of a first visit, by the order in which we would rather have them. */
const FIRST_TEMPLATES = ['execsnoop', 'hello'];

/** Puts on screen what the address asks for, once the hub can be asked. Runs nothing, and compiles nothing that is not run yet. */
export function useOpening(target: Target): void {
  const connected = useSession((state) => state.hub !== undefined);
  const templates = useSession((state) => state.templates);
  const done = useRef(false);

  useEffect(() => {
    if (done.current || !connected) return;
    if (location.hash.startsWith('#p=')) {
      done.current = true;
      void openFragment(location.hash);
      return;
    }
    if (target.kind === 'home') {
      if (useWorkspace.getState().opened) done.current = true;
      else {
        const first =
          FIRST_TEMPLATES.map((id) => templates?.find((template) => template.id === id)).find(Boolean) ??
          templates?.[0];
        if (!first) return;
        done.current = true;
        openTemplate(first);
      }
      return;
    }
    done.current = true;
    open(target).catch((thrown) => {
      toastError(thrown);
      showPath('/');
    });
  }, [connected, templates, target]);

  // A link that is pasted into the address of a page that is open loads nothing: the fragment alone changes.
  useEffect(() => {
    const changed = (): void => {
      if (location.hash.startsWith('#p=')) void openFragment(location.hash);
    };
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
}

async function open(target: Exclude<Target, { kind: 'home' }>): Promise<void> {
  if (target.kind === 'run') {
    const { shelved } = await openRun(target.id);
    if (shelved) {
      toast({
        text: 'What you had not saved is kept.',
        action: { label: 'Bring it back', run: () => unshelve() },
      });
    }
    return;
  }
  await openNewest(target.id);
}

async function openFragment(hash: string): Promise<void> {
  history.replaceState(history.state, '', location.pathname);
  try {
    const packed = await unpackFragment(hash);
    if (packed) openWithWords({ ...packed, origin: { kind: 'link' } }, true);
  } catch (thrown) {
    toast({ tone: 'error', text: (thrown as Error).message });
  }
}
