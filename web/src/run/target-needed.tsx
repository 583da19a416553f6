import { useCheck } from '../session/check.ts';
import { runsSavedOnly, useSession } from '../session/hosts.ts';
import type { RunView } from '../session/runs.ts';
import { useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { AttachField } from './attach-field.tsx';
import styles from './params-panel.module.css';
import { startWithWords } from './run-button.tsx';

/** The form for what a refused run lacked: targets for programs that need one. Those left without stay off. Nothing when none is lacking. */
export function TargetNeeded({ run }: { run: RunView }) {
  const checked = useCheck((state) => state.schema);
  const attach = useWorkspace((state) => state.settings.attach);
  const fixed = useSession(runsSavedOnly);
  const refused = Object.values(run.statuses).some(({ error }) => error?.code === 'target_needed');
  const schema = Object.values(run.schemas)[0] ?? checked;
  const programs = schema?.programs.filter(({ needsTarget }) => needsTarget) ?? [];
  if (!refused || programs.length === 0) return null;
  const complete = programs.some(({ name }) => (attach[name] ?? '') !== '');
  return (
    <form
      className={styles.needed}
      data-testid="target-needed"
      onSubmit={(event) => {
        event.preventDefault();
        void startWithWords();
      }}
    >
      <strong>Where shall it attach?</strong>
      {programs.map((program) => (
        <AttachField key={program.name} program={program} />
      ))}
      <Button type="submit" tone="primary" icon="play" disabled={fixed || !complete}>
        Run
      </Button>
    </form>
  );
}
