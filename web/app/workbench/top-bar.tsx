import { memo } from 'react';
import { HostPicker } from '../../src/hosts/host-picker.tsx';
import { RunButton } from '../../src/run/run-button.tsx';
import { usePreferences } from '../../src/session/preferences.ts';
import { useWorkspace } from '../../src/session/workspace.ts';
import { IconButton } from '../../src/ui/button.tsx';
import type { WorkbenchActions } from './commands.ts';
import styles from './top-bar.module.css';

/** What is on screen, where it runs, and the button. */
export const TopBar = memo(function TopBar({ actions }: { actions: WorkbenchActions }) {
  const name = useWorkspace((state) => state.name);
  const origin = useWorkspace((state) => state.origin);
  const dirty = useWorkspace((state) => state.dirty);
  return (
    <header className={styles.bar}>
      <span className={styles.mark}>
        <Mark />
        Probepad
      </span>
      <span className={styles.rule} />
      <input
        className={styles.name}
        aria-label="Name of the probe"
        value={name}
        maxLength={120}
        spellCheck={false}
        data-testid="probe-name"
        onChange={(event) => useWorkspace.setState({ name: event.target.value, dirty: true })}
      />
      <span className={styles.origin} data-testid="origin">
        {origin.kind === 'template' && 'template'}
        {origin.kind === 'snippet' && `revision ${origin.revision}`}
        {origin.kind === 'link' && 'from a link'}
        {origin.kind === 'run' && 'from a run'}
        {dirty && <span className={styles.dirty}>{origin.kind === 'own' ? 'not saved' : ', changed'}</span>}
      </span>
      <span className={styles.space} />
      <IconButton
        icon="save"
        label="Save"
        keys="Ctrl+S"
        onClick={() => void actions.save()}
        data-testid="save"
      />
      <IconButton icon="share" label="Share" onClick={actions.openShare} data-testid="share" />
      <span className={styles.rule} />
      <HostPicker onAdd={actions.openAddHost} onManage={() => usePreferences.setState({ side: 'hosts' })} />
      <RunButton />
    </header>
  );
});

/** A probe's tip on a trace. */
function Mark() {
  return (
    <svg width="1.5rem" height="1.5rem" viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <path
        d="M1.5 12h4l2-6 3.5 11 2.5-8 1.2 3h3.8"
        stroke="var(--run-text)"
        strokeWidth="1.8"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx="7.5" cy="3.6" r="1.7" fill="var(--series-1)" />
    </svg>
  );
}
