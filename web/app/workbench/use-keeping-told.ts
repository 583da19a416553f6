import { useEffect } from 'react';
import { useKeeping } from '../../src/session/tab-storage.ts';
import { toast } from '../../src/ui/toast.tsx';

/** Says when the browser has no room to keep what is typed, or what was typed before and not saved. */
export function useKeepingTold(): void {
  const kept = useKeeping((state) => state.kept);
  useEffect(() => {
    if (kept === 'none') {
      toast({
        tone: 'error',
        text: 'The browser has no room to keep this probe',
        detail: 'What you type is lost when the page is closed: save it.',
      });
    }
    if (kept === 'newest') {
      toast({
        tone: 'error',
        text: 'The browser has no room for all that you had not saved',
        detail: 'This probe is kept; the oldest of those before it are lost when the page is closed.',
      });
    }
  }, [kept]);
}
