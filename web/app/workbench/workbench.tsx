'use client';

import { useCallback, useEffect, useMemo, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { startDecoder } from '../../src/decode-worker/client.ts';
import { CodeEditor } from '../../src/editor/code-editor.tsx';
import { FileDrop } from '../../src/editor/file-drop.tsx';
import { FileTabs } from '../../src/editor/file-tabs.tsx';
import { AddHostDialog } from '../../src/hosts/add-host-dialog.tsx';
import { chooseFiles, openFiles } from '../../src/library/open-files.ts';
import { saveSnippet } from '../../src/library/save.ts';
import { startChecking } from '../../src/session/check-loop.ts';
import { leadingHost, useSession } from '../../src/session/hosts.ts';
import { claimOwnRun } from '../../src/session/own-run.ts';
import { usePreferences } from '../../src/session/preferences.ts';
import { refreshCatalogue, startSession } from '../../src/session/session.ts';
import { useWorkspace } from '../../src/session/workspace.ts';
import { ShareDialog } from '../../src/share/share-dialog.tsx';
import { giveShellKeys } from '../../src/terminal/keyboard.ts';
import { Palette } from '../../src/ui/palette.tsx';
import { applyTheme } from '../../src/ui/theme.ts';
import { Toasts, toast, toastError } from '../../src/ui/toast.tsx';
import { TooltipProvider } from '../../src/ui/tooltip.tsx';
import { ActivityBar } from './activity-bar.tsx';
import { BottomPanel } from './bottom-panel.tsx';
import { useCommands } from './commands.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { useFocusing } from './focus-part.ts';
import { type Target, useOpening } from './opening.ts';
import { ResultsPanel } from './results-panel.tsx';
import { useShortcuts } from './shortcuts.ts';
import { SidePanel } from './side-panel.tsx';
import { StatusBar } from './status-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { useKeepingTold } from './use-keeping-told.ts';
import { useProblems, useRunStatuses } from './use-problems.ts';
import { useProblemsShown } from './use-problems-shown.ts';
import styles from './workbench.module.css';

type DialogName = 'palette' | 'share' | 'add-host';

/** The whole page: panels around the editor, composed of features that don't know each other. */
export function Workbench({ target }: { target: Target }) {
  useSessionOnce();
  useTheme();
  useOpening(target);
  useKeepingTold();
  useFocusing();
  const [dialog, setDialog] = useState<DialogName>();
  const [terminalHost, setTerminalHost] = useState<string>();
  const { side, bottom, results } = usePreferences();
  const hosts = useSession((state) => state.hosts);
  const chosen = useWorkspace((state) => state.hosts);
  const problems = useProblems();
  useProblemsShown(useRunStatuses());
  const close = (): void => setDialog(undefined);
  const actions = useMemo(
    () => ({
      openPalette: () => setDialog('palette'),
      openShare: () => setDialog('share'),
      openAddHost: () => setDialog('add-host'),
      save: saveWithWords,
    }),
    [],
  );
  const commands = useCommands(actions);
  useShortcuts(commands, actions.openPalette);

  const outer = useRemembered(`outer-${side ? 's' : ''}-${results}`, [
    ...(side ? ['side'] : []),
    'centre',
    ...(results === 'right' ? ['results'] : []),
  ]);
  const inner = useRemembered(`inner-${bottom ? 'b' : ''}-${results}`, [
    'editor',
    ...(results === 'bottom' ? ['results'] : []),
    ...(bottom ? ['bottom'] : []),
  ]);
  const openTerminal = useCallback((host: string): void => {
    setTerminalHost(host);
    usePreferences.setState({ bottom: 'terminal' });
    giveShellKeys();
  }, []);

  const resultsPanel = (
    <div className={styles.column} data-part="results" tabIndex={-1}>
      <ResultsPanel />
    </div>
  );
  return (
    <TooltipProvider delayDuration={450}>
      <div className={styles.workbench} data-testid="workbench">
        <TopBar actions={actions} />
        <ConnectionBanner />
        <div className={styles.middle}>
          <ActivityBar actions={actions} />
          <Group orientation="horizontal" className={styles.panels} {...outer}>
            {side && (
              <>
                <Panel id="side" defaultSize="16rem" minSize="12rem" maxSize="40%">
                  <div className={styles.column} data-part="side" tabIndex={-1}>
                    <SidePanel onAddHost={actions.openAddHost} onTerminal={openTerminal} />
                  </div>
                </Panel>
                <Separator className={styles.bar} />
              </>
            )}
            <Panel id="centre" minSize="20rem">
              <Group orientation="vertical" className={styles.panels} style={{ height: '100%' }} {...inner}>
                <Panel id="editor" minSize="8rem">
                  <FileDrop className={styles.column} onFiles={(files) => void openFiles(files)}>
                    <FileTabs problems={problems} onOpen={chooseFiles} />
                    <CodeEditor problems={problems} host={leadingHost(hosts, chosen)} />
                  </FileDrop>
                </Panel>
                {results === 'bottom' && (
                  <>
                    <Separator className={styles.bar} />
                    <Panel id="results" defaultSize="45%" minSize="8rem">
                      {resultsPanel}
                    </Panel>
                  </>
                )}
                {bottom && (
                  <>
                    <Separator className={styles.bar} />
                    <Panel id="bottom" defaultSize="28%" minSize="6rem">
                      <div className={styles.column} data-part="bottom" tabIndex={-1}>
                        <BottomPanel problems={problems} terminalHost={terminalHost} />
                      </div>
                    </Panel>
                  </>
                )}
              </Group>
            </Panel>
            {results === 'right' && (
              <>
                <Separator className={styles.bar} />
                <Panel id="results" defaultSize="50%" minSize="20rem">
                  {resultsPanel}
                </Panel>
              </>
            )}
          </Group>
        </div>
        <StatusBar problems={problems} />
      </div>
      <Palette commands={commands} open={dialog === 'palette'} onClose={close} />
      <ShareDialog open={dialog === 'share'} onClose={close} onSave={saveWithWords} />
      <AddHostDialog open={dialog === 'add-host'} onClose={close} />
      <Toasts />
    </TooltipProvider>
  );
}

/** A layout that is kept in this browser. */
function useRemembered(id: string, panelIds: string[]) {
  return useDefaultLayout({ id: `probepad.layout.${id}`, panelIds, storage: localStorage });
}

function useSessionOnce(): void {
  useEffect(() => {
    const { protocol, host } = location;
    const endSession = startSession(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`, startDecoder());
    const endChecking = startChecking();
    const endClaiming = claimOwnRun();
    return () => {
      endClaiming();
      endChecking();
      endSession();
    };
  }, []);
}

function useTheme(): void {
  const { theme, scale } = usePreferences();
  // Before children read the tokens for canvas and editor: in the render that brings the change.
  useMemo(() => applyTheme(theme, scale), [theme, scale]);
}

async function saveWithWords(): Promise<void> {
  try {
    const saved = await saveSnippet();
    const { revision, overNewer } = saved;
    toast({
      text: `Saved as revision ${revision}`,
      ...(overNewer && {
        detail: `Revision ${revision - 1} was saved elsewhere since you opened this; what it changed is not in yours.`,
      }),
    });
    void refreshCatalogue();
  } catch (thrown) {
    toastError(thrown);
  }
}
