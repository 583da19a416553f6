import { memo } from 'react';
import { HostsPanel } from '../../src/hosts/hosts-panel.tsx';
import { LibraryPanel } from '../../src/library/library-panel.tsx';
import { openBlank } from '../../src/library/open.ts';
import { ParamsPanel } from '../../src/run/params-panel.tsx';
import { usePreferences } from '../../src/session/preferences.ts';
import { IconButton } from '../../src/ui/button.tsx';
import styles from './panel-head.module.css';

const TITLES = { templates: 'Probes', hosts: 'Hosts', params: 'Parameters' } as const;

export const SidePanel = memo(function SidePanel({
  onAddHost,
  onTerminal,
}: {
  onAddHost: () => void;
  onTerminal: (host: string) => void;
}) {
  const side = usePreferences((state) => state.side);
  if (!side) return null;
  return (
    <>
      <div className={styles.head} data-part-head>
        <h2 className={styles.title}>{TITLES[side]}</h2>
        <span className={styles.space} />
        {side === 'templates' && <IconButton icon="plus" small label="New probe" onClick={openBlank} />}
        {side === 'hosts' && <IconButton icon="plus" small label="Add host" onClick={onAddHost} />}
        <IconButton
          icon="close"
          small
          label="Close panel"
          onClick={() => usePreferences.setState({ side: undefined })}
        />
      </div>
      {side === 'templates' && <LibraryPanel />}
      {side === 'hosts' && <HostsPanel onAdd={onAddHost} onTerminal={onTerminal} />}
      {side === 'params' && <ParamsPanel />}
    </>
  );
});
