import { useSession } from '../session/hosts.ts';
import { endRun, startRun, stopRun } from '../session/run-actions.ts';
import { isLive, type RunView, useRuns } from '../session/runs.ts';
import { hasProgram, useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { toast } from '../ui/toast.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import styles from './run-button.module.css';

/** Stops the run on screen and says so when it can't. */
export async function stopWithWords(stop = stopRun): Promise<void> {
  const error = await stop();
  if (error) toast({ tone: 'error', text: error.message, detail: error.remedy });
}

/** Starts the probe on screen, and tells of the run of this tab that goes on unseen. */
export async function startWithWords(): Promise<void> {
  const left = await startRun();
  if (!left) return;
  toast({
    text: `Your run of ${left.name} before this one goes on.`,
    action: { label: 'Stop it', run: () => void stopWithWords(() => endRun(left.id)) },
  });
}

export function RunButton() {
  const current = useWorkspace((state) => state.run);
  const own = useWorkspace((state) => state.own === state.run);
  const run = useRuns((state) => (current === undefined ? undefined : state.runs[current]));
  const starting = useRuns((state) => state.starting);
  const live = isLive(run) && !starting;
  return (
    <>
      {live && run && <StopButton run={run} own={own} />}
      {!(live && own) && <StartButton starting={starting} />}
    </>
  );
}

/** Ends the run on screen. `own`: started in this tab; any other is watched by whoever started it. */
function StopButton({ run, own }: { run: RunView; own: boolean }) {
  const open = useSession((state) => state.connection.state === 'open');
  const stopping = Object.values(run.statuses).every(({ state }) => ['stopping', 'ended'].includes(state));
  const words = own ? 'End the run on every host' : 'Started elsewhere: ends it for everybody who watches it';
  return (
    <Tooltip text={words} {...(own ? { keys: 'Esc' } : {})}>
      <Button
        tone="danger"
        icon="stop"
        className={styles.button}
        disabled={stopping || !open}
        onClick={() => void stopWithWords()}
        data-testid="stop"
        data-own={own}
      >
        {stopping ? 'Stopping' : own ? 'Stop' : 'Stop for all'}
      </Button>
    </Tooltip>
  );
}

function StartButton({ starting }: { starting: boolean }) {
  const open = useSession((state) => state.connection.state === 'open');
  const mayRun = useSession(
    (state) => state.permissions.includes('run') || state.permissions.includes('author'),
  );
  // A new page has a file before it has the text of its first template.
  const written = useWorkspace(hasProgram);
  const words = !written
    ? 'There is no program yet'
    : mayRun || !open
      ? 'Compile, load and attach on the chosen hosts'
      : 'You may only watch here';
  return (
    <Tooltip text={words} keys="Ctrl+Enter">
      <Button
        tone="primary"
        icon="play"
        className={styles.button}
        disabled={starting || !open || !mayRun || !written}
        onClick={() => void startWithWords()}
        data-testid="run"
      >
        {starting ? 'Starting' : 'Run'}
      </Button>
    </Tooltip>
  );
}
