import { errorOf, type ProbepadError } from '@probepad/protocol/errors';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef, useState } from 'react';
import { leadingHost, useSession } from '../session/hosts.ts';
import { usePreferences } from '../session/preferences.ts';
import { request } from '../session/session.ts';
import { listenTerminal } from '../session/terminals.ts';
import { useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { remPixels } from '../ui/theme.ts';
import styles from './terminal-panel.module.css';
import { terminalTheme } from './terminal-theme.ts';

/** Output is acknowledged in pieces of this many bytes once it is on screen. */
const ACK_BYTES = 32 * 1024;

/** A shell on one host: `wanted`, else the leading one of those chosen. */
export function TerminalPanel({ wanted }: { wanted: string | undefined }) {
  const hosts = useSession((state) => state.hosts);
  const chosen = useWorkspace((state) => state.hosts);
  const allowed = useSession((state) => state.permissions.includes('terminal'));
  const [turn, setTurn] = useState(0);
  const host = hosts.find((each) => each.id === wanted) ?? leadingHost(hosts, chosen);
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
  if (!host.online) return <Empty icon="terminal" title={`${host.name} is offline`} />;
  return <Shell key={`${host.id} ${turn}`} host={host.id} onAgain={() => setTurn(turn + 1)} />;
}

function Shell({ host, onAgain }: { host: string; onAgain: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const shell = useRef<Terminal>(undefined);
  const [ended, setEnded] = useState<number>();
  const [error, setError] = useState<ProbepadError>();
  const theme = usePreferences((state) => state.theme);
  const scale = usePreferences((state) => state.scale);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const screen = new Terminal({
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono'),
      fontSize: Math.round(remPixels()),
      lineHeight: 1.25,
      scrollback: 5000,
      cursorBlink: false,
      theme: terminalTheme(),
      screenReaderMode: false,
    });
    shell.current = screen;
    const fit = new FitAddon();
    screen.loadAddon(fit);
    screen.open(element);
    fit.fit();
    screen.focus();
    let over = false;
    let terminal: string | undefined;
    let unread = 0;
    let endListening: (() => void) | undefined;
    const quietly = (asked: Promise<unknown>): void => void asked.catch(() => undefined);

    request('terminal.open', { host, columns: screen.cols, rows: screen.rows }).then(
      (opened) => {
        terminal = opened.terminal;
        if (over) {
          quietly(request('terminal.close', { terminal }));
          return;
        }
        const id = terminal;
        endListening = listenTerminal(id, (event) => {
          if (event.type === 'terminal.exit') {
            setEnded(event.code);
            return;
          }
          screen.write(event.data, () => {
            unread += new TextEncoder().encode(event.data).length;
            if (unread < ACK_BYTES) return;
            quietly(request('terminal.ack', { terminal: id, bytes: unread }));
            unread = 0;
          });
        });
        screen.onData((data) => quietly(request('terminal.input', { terminal: id, data })));
        screen.onResize(({ cols, rows }) =>
          quietly(request('terminal.resize', { terminal: id, columns: cols, rows })),
        );
      },
      (thrown) => {
        if (!over) setError(errorOf(thrown));
      },
    );

    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element);
    return () => {
      over = true;
      observer.disconnect();
      endListening?.();
      if (terminal !== undefined) quietly(request('terminal.close', { terminal }));
      screen.dispose();
      shell.current = undefined;
    };
  }, [host]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and scale change the tokens that are read here
  useEffect(() => {
    if (!shell.current) return;
    shell.current.options.theme = terminalTheme();
    shell.current.options.fontSize = Math.round(remPixels());
  }, [theme, scale]);

  if (error) {
    return (
      <Empty icon="error" tone="error" title={error.message}>
        <p>→ {error.remedy}</p>
        <Button onClick={onAgain}>Try again</Button>
      </Empty>
    );
  }
  return (
    <div className={styles.panel} data-testid="terminal">
      <div ref={place} className={styles.screen} />
      {ended !== undefined && (
        <div className={styles.ended} role="status">
          The shell ended with code {ended}.
          <Button small onClick={onAgain}>
            New shell
          </Button>
        </div>
      )}
    </div>
  );
}
