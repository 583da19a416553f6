import { memo } from 'react';
import { type SidePanel, toggleBottom, toggleSide, usePreferences } from '../../src/session/preferences.ts';
import { giveShellKeys } from '../../src/terminal/keyboard.ts';
import { IconButton } from '../../src/ui/button.tsx';
import type { IconName } from '../../src/ui/icon.tsx';
import styles from './activity-bar.module.css';
import type { WorkbenchActions } from './commands.ts';

const SIDES: { side: SidePanel; icon: IconName; label: string; keys: string }[] = [
  { side: 'templates', icon: 'templates', label: 'Templates and snippets', keys: 'Ctrl+Shift+E' },
  { side: 'hosts', icon: 'hosts', label: 'Hosts', keys: 'Ctrl+Shift+H' },
  { side: 'params', icon: 'params', label: 'Parameters and targets', keys: 'Ctrl+Shift+A' },
];

/** The column of icons at the left edge. */
export const ActivityBar = memo(function ActivityBar({ actions }: { actions: WorkbenchActions }) {
  const { side: open, bottom, theme, results } = usePreferences();
  return (
    <nav className={styles.bar} aria-label="Panels">
      {SIDES.map(({ side, icon, label, keys }) => (
        <IconButton
          key={side}
          icon={icon}
          label={label}
          keys={keys}
          on={open === side}
          data-testid={`side-${side}`}
          onClick={() => toggleSide(side)}
        />
      ))}
      <span className={styles.space} />
      <IconButton
        icon="terminal"
        label="Terminal"
        keys="Ctrl+`"
        on={bottom === 'terminal'}
        data-testid="open-terminal"
        onClick={() => {
          if (bottom !== 'terminal') giveShellKeys();
          toggleBottom('terminal');
        }}
      />
      <IconButton
        icon={results === 'right' ? 'layoutBottom' : 'layout'}
        label={results === 'right' ? 'Results below the editor' : 'Results beside the editor'}
        onClick={() => usePreferences.setState({ results: results === 'right' ? 'bottom' : 'right' })}
      />
      <IconButton
        icon={theme === 'dark' ? 'sun' : 'moon'}
        label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        data-testid="theme"
        onClick={() => usePreferences.setState({ theme: theme === 'dark' ? 'light' : 'dark' })}
      />
      <IconButton
        icon="command"
        label="All commands"
        keys="Ctrl+Shift+P"
        data-testid="commands"
        onClick={actions.openPalette}
      />
    </nav>
  );
});
