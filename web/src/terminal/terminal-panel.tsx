import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import { leadingHost, useSession } from '../session/hosts.ts';
import { usePreferences } from '../session/preferences.ts';
import { useWorkspace } from '../session/workspace.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { giveShellKeys, useKeysWanted } from './keyboard.ts';
import { forgetShell, type ShellEnd, shellOf, useShellEnds } from './shells.ts';
import styles from './terminal-panel.module.css';

/** The shell on one host: `wanted`, else the leading one of those chosen. It goes on when the panel shows something else. */
export function TerminalPanel({ wanted }: { wanted: string | undefined }) {
  const hosts = useSession((state) => state.hosts);
  const chosen = useWorkspace((state) => state.hosts);
  const allowed = useSession((state) => state.permissions.includes('terminal'));
  const host = hosts.find((each) => each.id === wanted) ?? leadingHost(hosts, chosen);
  const end = useShellEnds((ends) => (host ? ends[host.id] : undefined));
  const keysWanted = useKeysWanted((state) => state.wanted);

  // Runs after the shell's own effect, which takes the keyboard; where there is no shell, the wish is over as well.
  useEffect(() => {
    if (keysWanted) useKeysWanted.setState({ wanted: false });
  }, [keysWanted]);

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
  return <ShellView key={host.id} host={host.id} end={end} keysWanted={keysWanted} />;
}

function ShellView({
  host,
  end,
  keysWanted,
}: {
  host: string;
  end: ShellEnd | undefined;
  keysWanted: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const newShell = useRef<HTMLButtonElement>(null);
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);
  // Once its end is forgotten it is a new one.
  const shell = shellOf(host);

  useEffect(() => (place.current ? shell.show(place.current) : undefined), [shell]);

  useEffect(() => {
    if (keysWanted) shell.focus();
  }, [shell, keysWanted]);

  const closed = end?.kind === 'closed';
  // The button that had the keyboard is gone with the shell.
  useEffect(() => {
    if (closed) newShell.current?.focus();
  }, [closed]);

  const beginAgain = (): void => {
    forgetShell(host);
    giveShellKeys();
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and scale change the tokens that are read there
  useEffect(() => shell.restyle(), [shell, theme, scale]);

  if (end?.kind === 'refused') {
    return (
      <Empty icon="error" tone="error" title={end.error.message}>
        <p>→ {end.error.remedy}</p>
        <Button onClick={beginAgain}>Try again</Button>
      </Empty>
    );
  }
  return (
    <div className={styles.panel} data-testid="terminal">
      <div className={styles.row}>
        <div ref={place} className={styles.screen} />
        {!end && (
          <IconButton
            icon="stop"
            small
            label="End shell"
            data-testid="end-shell"
            onClick={() => shell.close()}
          />
        )}
      </div>
      {end && (
        <div className={styles.ended} role="status" data-testid="shell-ended">
          {wordsOf(end)}
          <Button ref={newShell} small onClick={beginAgain}>
            New shell
          </Button>
        </div>
      )}
    </div>
  );
}

function wordsOf(end: Exclude<ShellEnd, { kind: 'refused' }>): string {
  switch (end.kind) {
    case 'exit':
      return `The shell ended with code ${end.code}.`;
    case 'closed':
      return 'The shell was ended here.';
    case 'connection':
      return 'The connection to the hub was lost, and the shell with it.';
  }
}
