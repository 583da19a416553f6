import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import { leadingHost, useSession } from '../session/hosts.ts';
import { usePreferences } from '../session/preferences.ts';
import { useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { forgetShell, type ShellEnd, shellOf, useShellEnds } from './shells.ts';
import styles from './terminal-panel.module.css';

/** The shell on one host: `wanted`, else the leading one of those chosen. It goes on when the panel shows something else. */
export function TerminalPanel({ wanted }: { wanted: string | undefined }) {
  const hosts = useSession((state) => state.hosts);
  const chosen = useWorkspace((state) => state.hosts);
  const allowed = useSession((state) => state.permissions.includes('terminal'));
  const host = hosts.find((each) => each.id === wanted) ?? leadingHost(hosts, chosen);
  const end = useShellEnds((ends) => (host ? ends[host.id] : undefined));
  if (!host) return <Empty icon="terminal" title="No host is chosen" />;
  if (!allowed) {
    return (
      <Empty icon="lock" title="You may not open terminals on this hub">
        <p>A terminal is a permission of its own: ask an admin for it.</p>
      </Empty>
    );
  }
  if (!host.facts?.terminal) {
    return (
      <Empty icon="lock" title={`Terminals are off on ${host.name}`}>
        <p>
          They are off unless the host says otherwise: set <code>terminal</code> to <code>true</code> in its
          policy file.
        </p>
      </Empty>
    );
  }
  if (!host.online && !end) return <Empty icon="terminal" title={`${host.name} is offline`} />;
  return <ShellView key={host.id} host={host.id} end={end} />;
}

function ShellView({ host, end }: { host: string; end: ShellEnd | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);
  // Once its end is forgotten it is a new one.
  const shell = shellOf(host);

  useEffect(() => (place.current ? shell.show(place.current) : undefined), [shell]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and scale change the tokens that are read there
  useEffect(() => shell.restyle(), [shell, theme, scale]);

  if (end?.kind === 'refused') {
    return (
      <Empty icon="error" tone="error" title={end.error.message}>
        <p>→ {end.error.remedy}</p>
        <Button onClick={() => forgetShell(host)}>Try again</Button>
      </Empty>
    );
  }
  return (
    <div className={styles.panel} data-testid="terminal">
      <div ref={place} className={styles.screen} />
      {end && (
        <div className={styles.ended} role="status" data-testid="shell-ended">
          {end.kind === 'exit'
            ? `The shell ended with code ${end.code}.`
            : 'The connection to the hub was lost, and the shell with it.'}
          <Button small onClick={() => forgetShell(host)}>
            New shell
          </Button>
        </div>
      )}
    </div>
  );
}
