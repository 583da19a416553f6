import { useSession } from '../session/hosts.ts';
import { startRun, stopRun } from '../session/run-actions.ts';
import { isLive, useRuns } from '../session/runs.ts';
import { useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { toast } from '../ui/toast.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import styles from './run-button.module.css';

/** Stops the run on screen and says so when it can't. */
export async function stopWithWords(): Promise<void> {
  const error = await stopRun();
  if (error) toast({ tone: 'error', text: error.message, detail: error.remedy });
}

export function RunButton() {
  const current = useWorkspace((state) => state.run);
  const run = useRuns((state) => (current === undefined ? undefined : state.runs[current]));
  const starting = useRuns((state) => state.starting);
  const open = useSession((state) => state.connection.state === 'open');
  const mayRun = useSession(
    (state) => state.permissions.includes('run') || state.permissions.includes('author'),
  );
  const live = isLive(run);
  const stopping =
    live && Object.values(run?.statuses ?? {}).every(({ state }) => ['stopping', 'ended'].includes(state));

  if (live && !starting) {
    return (
      <Tooltip text="End the run on every host" keys="Esc">
        <Button
          tone="danger"
          icon="stop"
          className={styles.button}
          disabled={stopping || !open}
          onClick={() => void stopWithWords()}
          data-testid="stop"
        >
          {stopping ? 'Stopping' : 'Stop'}
        </Button>
      </Tooltip>
    );
  }
  return (
    <Tooltip
      text={mayRun || !open ? 'Compile, load and attach on the chosen hosts' : 'You may only watch here'}
      keys="Ctrl+Enter"
    >
      <Button
        tone="primary"
        icon="play"
        className={styles.button}
        disabled={starting || !open || !mayRun}
        onClick={() => void startRun()}
        data-testid="run"
      >
        {starting ? 'Starting' : 'Run'}
      </Button>
    </Tooltip>
  );
}
