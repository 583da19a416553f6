import dynamic from 'next/dynamic';
import { memo } from 'react';
import { ProblemsPanel } from '../../src/editor/problems-panel.tsx';
import { CheckOffer } from '../../src/run/check-offer.tsx';
import { type BottomPanel as Name, usePreferences } from '../../src/session/preferences.ts';
import type { Problem } from '../../src/session/problems.ts';
import { useWorkspace } from '../../src/session/workspace.ts';
import { giveShellKeys } from '../../src/terminal/keyboard.ts';
import { IconButton } from '../../src/ui/button.tsx';
import { Tabs } from '../../src/ui/tabs.tsx';
import { LogView } from '../../src/views/log-view.tsx';
import styles from './panel-head.module.css';

const TerminalPanel = dynamic(() =>
  import('../../src/terminal/terminal-panel.tsx').then((module) => module.TerminalPanel),
);

export const BottomPanel = memo(function BottomPanel({
  problems,
  terminalHost,
}: {
  problems: readonly Problem[];
  terminalHost: string | undefined;
}) {
  const bottom = usePreferences((state) => state.bottom) ?? 'problems';
  const run = useWorkspace((state) => state.run);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    <>
      <div className={`${styles.head} ${styles.tabs}`}>
        <Tabs
          name="bottom"
          label="Bottom panel"
          current={bottom}
          items={[
            {
              id: 'problems',
              label: 'Problems',
              note: problems.length > 0 ? String(problems.length) : undefined,
              alert: errors > 0,
            },
            { id: 'log', label: 'Verifier log' },
            { id: 'terminal', label: 'Terminal' },
          ]}
          onSelect={(id, by) => {
            usePreferences.setState({ bottom: id as Name });
            if (id === 'terminal' && by === 'click') giveShellKeys();
          }}
        />
        <span className={styles.space} />
        <IconButton
          icon="close"
          small
          label="Close panel"
          onClick={() => usePreferences.setState({ bottom: undefined })}
        />
      </div>
      {bottom === 'problems' && <ProblemsPanel problems={problems} offer={<CheckOffer />} />}
      {bottom === 'log' && <LogView run={run} />}
      {bottom === 'terminal' && <TerminalPanel wanted={terminalHost} />}
    </>
  );
});
