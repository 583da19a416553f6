import { useEffect } from 'react';
import { useKeeping } from '../../src/session/tab-storage.ts';
import { toast } from '../../src/ui/toast.tsx';

/** Says when the browser has no room to keep what is typed. */
export function useKeepingTold(): void {
  const refused = useKeeping((state) => state.refused);
  useEffect(() => {
    if (!refused) return;
    toast({
      tone: 'error',
      text: 'The browser has no room to keep this probe',
      detail: 'What you type is lost when the page is closed: save it.',
    });
  }, [refused]);
}
