import { errorOf, type ProbepadError } from '@probepad/protocol/errors';
import { useEffect, useState } from 'react';
import { useSession } from '../session/hosts.ts';
import { request } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import styles from './hosts-panel.module.css';

type Invitation = Awaited<ReturnType<typeof invite>>;

const invite = (name: string) => request('hosts.invite', { name });

/** Makes a join token and shows the command that uses it; tells when the host has come. */
export function AddHostDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const hosts = useSession((state) => state.hosts);
  const [name, setName] = useState('');
  const [invitation, setInvitation] = useState<Invitation>();
  const [error, setError] = useState<ProbepadError>();

  useEffect(() => {
    if (!open) {
      setInvitation(undefined);
      setError(undefined);
      setName('');
    }
  }, [open]);

  const arrived = hosts.find((host) => host.online && host.id === invitation?.host);
  return (
    <Dialog title="Add host" open={open} onClose={onClose}>
      {!invitation && (
        <form
          style={{ display: 'contents' }}
          onSubmit={(event) => {
            event.preventDefault();
            invite(name).then(setInvitation, (thrown) => setError(errorOf(thrown)));
          }}
        >
          <Field
            label="Name"
            value={name}
            placeholder="db-1"
            maxLength={63}
            hint="As it shall be called here."
            onValue={setName}
          />
          {error && (
            <p role="alert">
              {error.message}
              <br />→ {error.remedy}
            </p>
          )}
          <div className={styles.row}>
            <Button tone="primary" type="submit" data-testid="make-command">
              Make the command
            </Button>
          </div>
        </form>
      )}
      {invitation && (
        <>
          <p>
            Paste this on that host, in a checkout of Probepad which <code>npm start</code> has set up, as
            root or as a user who may start its loader. For a container, <code>docker/README.md</code> has the
            line.
          </p>
          <pre className={styles.command} data-testid="join-command">
            {invitation.command}
          </pre>
          {invitation.loopback && (
            <p role="note" className={styles.limited} data-testid="loopback">
              This address leads to the hub only on the hub's own machine. For other machines start the hub
              with <code>PROBEPAD_HOST=0.0.0.0</code>, open this page by the machine's address in the network,
              and make the command there.
            </p>
          )}
          <div className={styles.row}>
            <CopyButton text={invitation.command} label="Copy command" />
            <span>Works once, until {new Date(invitation.expires).toLocaleTimeString('en-GB')}.</span>
          </div>
          <div className={styles.row} role="status">
            {arrived ? (
              <>
                <span className={styles.good}>
                  <Icon name="check" />
                </span>
                {arrived.name} is here: {arrived.facts?.kernel}
              </>
            ) : (
              'Waiting for it to dial in…'
            )}
          </div>
          <div className={styles.row}>
            <Button onClick={onClose}>{arrived ? 'Done' : 'Close'}</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
