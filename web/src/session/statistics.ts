import { useEffect, useState } from 'react';
import { useSession } from './hosts.ts';
import { request } from './session.ts';

/**
 * Has the kernel count what the programs of a run cost, for as long as whoever calls this is on screen: counting costs the
 * traced program itself some time. Nothing happens when `run` is undefined.
 */
export function useStatistics(run: string | undefined): void {
  const visible = useVisible();
  // A hub forgets who asked when the connection goes.
  const connected = useSession((state) => state.connection.state === 'open');
  const on = visible && connected;
  useEffect(() => {
    if (run === undefined || !on) return;
    // A run that has just ended has nothing to count any more: no word is lost on that.
    const ask = (wanted: boolean): void =>
      void request('run.statistics', { run, on: wanted }).catch(() => undefined);
    ask(true);
    return () => ask(false);
  }, [run, on]);
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const look = (): void => setVisible(document.visibilityState === 'visible');
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}
