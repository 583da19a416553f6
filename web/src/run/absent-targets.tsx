import { useState } from 'react';
import { useCheck } from '../session/check.ts';
import { runsSavedOnly, useSession } from '../session/hosts.ts';
import type { RunView } from '../session/runs.ts';
import { changeSettings, useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import styles from './params-panel.module.css';
import { startWithWords } from './run-button.tsx';
import { attachedTo, fileSystemsFor, standInsOf } from './stand-ins.ts';

/** The form for a run whose functions the kernel does not have: which others to attach to. Nothing for any other run. */
export function AbsentTargets({ run }: { run: RunView }) {
  const checked = useCheck((state) => state.schema);
  const fixed = useSession(runsSavedOnly);
  const [functions, setFunctions] = useState<Record<string, string>>({});
  const isAbsent = Object.values(run.statuses).some(({ error }) => error?.code === 'target_absent');
  const schema = Object.values(run.schemas)[0] ?? checked;
  const standIns = standInsOf(schema?.programs ?? []);
  if (!isAbsent || standIns.length === 0) return null;
  const fileSystems = fileSystemsFor(standIns);
  const start = (chosen: Record<string, string>): void => {
    const { attach } = useWorkspace.getState().settings;
    changeSettings({ attach: { ...attach, ...attachedTo(standIns, chosen) } });
    void startWithWords();
  };
  return (
    <form
      className={styles.needed}
      data-testid="absent-targets"
      onSubmit={(event) => {
        event.preventDefault();
        start(functions);
      }}
    >
      <strong>
        {fileSystems.length > 0
          ? 'Which file system shall it watch?'
          : 'Which functions shall it watch instead?'}
      </strong>
      {fileSystems.length > 0 && (
        <div className={styles.choices}>
          {fileSystems.map((each) => (
            <Button key={each.name} icon="play" disabled={fixed} onClick={() => start(each.functions)}>
              {each.name}
            </Button>
          ))}
        </div>
      )}
      {standIns.map(({ target }) => (
        <Field
          key={target}
          label={<code>{target}</code>}
          type="function"
          value={functions[target] ?? ''}
          placeholder="a function of this kernel, or empty for none"
          disabled={fixed}
          data-testid={`instead-of-${target}`}
          onValue={(next) => setFunctions({ ...functions, [target]: next })}
        />
      ))}
      <Button
        type="submit"
        tone="primary"
        icon="play"
        disabled={fixed || standIns.every(({ target }) => !functions[target])}
      >
        Run
      </Button>
    </form>
  );
}
