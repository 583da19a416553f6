import { useState } from 'react';
import { useSession } from '../session/hosts.ts';
import { toggleHost, useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Popover } from '../ui/popover.tsx';
import { HostMark } from './host-mark.tsx';
import styles from './host-picker.module.css';

const SHOWN = 3;

/** The hosts that Run goes to. */
export function HostPicker({ onAdd, onManage }: { onAdd: () => void; onManage: () => void }) {
  const hosts = useSession((state) => state.hosts);
  const chosen = useWorkspace((state) => state.hosts);
  const [open, setOpen] = useState(false);
  const picked = hosts.filter((host) => chosen.includes(host.id));
  const then = (act: () => void) => () => {
    setOpen(false);
    act();
  };
  return (
    <Popover
      label="Hosts"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          className={styles.trigger}
          data-testid="host-picker"
          aria-label="Hosts to run on"
        >
          {picked.slice(0, SHOWN).map((host) => (
            <span key={host.id} className={styles.one}>
              <HostMark host={host} />
              {host.name}
            </span>
          ))}
          {picked.length > SHOWN && <span className={styles.none}>+{picked.length - SHOWN}</span>}
          {picked.length === 0 && <span className={styles.none}>Choose a host</span>}
          <Icon name="down" size={12} />
        </button>
      }
    >
      <div className={styles.list}>
        {hosts.map((host) => (
          <label key={host.id} className={styles.item} data-testid={`pick-${host.id}`}>
            <input type="checkbox" checked={chosen.includes(host.id)} onChange={() => toggleHost(host.id)} />
            <HostMark host={host} />
            <span>{host.name}</span>
            <span className={styles.kernel}>{host.online ? host.facts?.kernel : 'offline'}</span>
          </label>
        ))}
        <div className={styles.more}>
          <Button small icon="plus" onClick={then(onAdd)}>
            Add host
          </Button>
          <Button small tone="quiet" onClick={then(onManage)}>
            Details
          </Button>
        </div>
      </div>
    </Popover>
  );
}
