import { useEffect, useState } from 'react';
import { useSession } from '../session/hosts.ts';
import { isLive, useRuns } from '../session/runs.ts';
import { useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { packFragment } from './fragment.ts';
import styles from './share-dialog.module.css';

/** The links to what is on screen. Opening any of them runs nothing. */
export function ShareDialog({
  open,
  onClose,
  onSave,
}: {
  open: boolean;
  onClose: () => void;
  onSave: () => Promise<void>;
}) {
  const origin = useWorkspace((state) => state.origin);
  const dirty = useWorkspace((state) => state.dirty);
  const name = useWorkspace((state) => state.name);
  const settings = useWorkspace((state) => state.settings);
  // While it is closed no key needs it to be drawn.
  const files = useWorkspace((state) => (open ? state.files : undefined));
  const runId = useWorkspace((state) => state.run);
  const run = useRuns((state) => (runId === undefined ? undefined : state.runs[runId]));
  const mayAuthor = useSession((state) => state.permissions.includes('author'));
  const [fragment, setFragment] = useState<string>();

  useEffect(() => {
    if (!files) return;
    let over = false;
    void packFragment({ name, files, settings }).then((packed) => {
      if (!over) setFragment(packed);
    });
    return () => {
      over = true;
    };
  }, [name, files, settings]);

  const saved = origin.kind === 'snippet' ? `${location.origin}/s/${origin.id}` : undefined;
  return (
    <Dialog title="Share" open={open} onClose={onClose}>
      <div className={styles.row}>
        <h3>This probe, as saved</h3>
        {saved && !dirty ? (
          <Link text={saved} testId="snippet-link" label="Link to the snippet" />
        ) : (
          <>
            <p>{saved ? 'It has changed since it was saved.' : 'It is not saved yet.'}</p>
            <span>
              <Button icon="save" disabled={!mayAuthor} onClick={() => void onSave()}>
                Save
              </Button>
            </span>
          </>
        )}
      </div>
      <div className={styles.row}>
        <h3>The text itself, within the link</h3>
        {fragment ? (
          <Link
            text={`${location.origin}/${fragment}`}
            testId="fragment-link"
            label="Link that holds the text"
          />
        ) : (
          <p>This probe is too large to travel in a link: save it instead.</p>
        )}
        {fragment && (
          <p>Works with any Probepad, without being stored. The part after # is sent to no server.</p>
        )}
      </div>
      <div className={styles.row}>
        <h3>The run, to watch</h3>
        {run && isLive(run) ? (
          <>
            <Link text={`${location.origin}/r/${run.id}`} testId="run-link" label="Link to the run" />
            <p>Whoever may sign in to this hub sees the same rows live, and the program.</p>
          </>
        ) : (
          <p>Nothing is running.</p>
        )}
      </div>
    </Dialog>
  );
}

function Link({ text, testId, label }: { text: string; testId: string; label: string }) {
  return (
    <>
      <input
        className={styles.link}
        data-testid={testId}
        aria-label={label}
        readOnly
        value={text}
        onFocus={(event) => event.target.select()}
      />
      <CopyButton text={text} />
    </>
  );
}
