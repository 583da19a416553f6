import type { Check, Host } from '@probepad/protocol/control/host';
import { useState } from 'react';
import { conditionOf, useSession } from '../session/hosts.ts';
import { request } from '../session/session.ts';
import { toggleHost, useWorkspace } from '../session/workspace.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { toastError } from '../ui/toast.tsx';
import { useNow } from '../ui/use-now.ts';
import { CONDITION_WORDS, HostMark } from './host-mark.tsx';
import styles from './hosts-panel.module.css';

/** How often it is told how long ago a host was seen, in milliseconds. */
const SEEN_TOLD = 5_000;
const CHECK_ICONS = { good: 'check', limited: 'warning', bad: 'error' } as const;

/** Every host of the hub: which are chosen, what they can do, and what would help those that can't. */
export function HostsPanel({ onAdd, onTerminal }: { onAdd: () => void; onTerminal: (host: string) => void }) {
  const hosts = useSession((state) => state.hosts);
  const admin = useSession((state) => state.permissions.includes('admin'));
  return (
    <div className={styles.panel} data-testid="hosts-panel">
      {hosts.map((host) => (
        <HostItem key={host.id} host={host} admin={admin} onTerminal={onTerminal} />
      ))}
      {hosts.length === 0 && (
        <Empty icon="hosts" title="No hosts yet">
          <p>
            A host is a machine with the Probepad agent. It dials out to this hub, so it needs no open port.
          </p>
        </Empty>
      )}
      <div className={styles.add}>
        <Button icon="plus" onClick={onAdd} disabled={!admin} data-testid="add-host">
          Add host
        </Button>
      </div>
    </div>
  );
}

function HostItem({
  host,
  admin,
  onTerminal,
}: {
  host: Host;
  admin: boolean;
  onTerminal: (host: string) => void;
}) {
  const chosen = useWorkspace((state) => state.hosts.includes(host.id));
  const mayTerminal = useSession((state) => state.permissions.includes('terminal'));
  const condition = conditionOf(host);
  const [open, setOpen] = useState(condition === 'bad');
  const [revoking, setRevoking] = useState(false);
  const id = `host-${host.id}`;
  return (
    <div className={styles.host} data-testid="host" data-host={host.id} data-condition={condition}>
      <div className={styles.line}>
        <input
          id={id}
          type="checkbox"
          className={styles.pick}
          checked={chosen}
          onChange={() => toggleHost(host.id)}
          aria-label={`Run on ${host.name}`}
        />
        <label htmlFor={id} className={styles.text}>
          <span className={styles.name}>
            <HostMark host={host} />
            {host.name}
          </span>
          <span className={styles.facts}>
            {host.online && host.facts
              ? `${host.facts.kernel} · ${host.facts.arch} · ${host.facts.cpus} CPUs`
              : CONDITION_WORDS[condition]}
            {!(host.online && host.facts) && host.lastSeen > 0 && <LastSeen at={host.lastSeen} />}
          </span>
        </label>
        {host.facts?.terminal && mayTerminal && host.online && (
          <IconButton
            icon="terminal"
            small
            label={`Terminal on ${host.name}`}
            onClick={() => onTerminal(host.id)}
          />
        )}
        <IconButton
          icon={open ? 'up' : 'down'}
          small
          label={open ? 'Hide details' : 'Show details'}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
      </div>
      {open && (
        <div className={styles.details}>
          {host.facts?.checks.map((check) => (
            <CheckLine key={check.name} check={check} />
          ))}
          {!host.facts && (
            <p>Paste the command from “Add host” on it. Join tokens work once and for 15 minutes.</p>
          )}
          {host.facts && (
            <div className={styles.check}>
              <span />
              <span>
                agent{' '}
                <span className={styles.checkFound}>
                  {host.facts.agent} on {host.facts.hostname}, interfaces {host.facts.interfaces.join(', ')}
                </span>
              </span>
            </div>
          )}
          {admin && !host.local && (
            <div className={styles.actions}>
              <Button small icon="trash" onClick={() => setRevoking(true)}>
                Revoke
              </Button>
            </div>
          )}
        </div>
      )}
      <Dialog title={`Revoke ${host.name}?`} open={revoking} onClose={() => setRevoking(false)}>
        <p>Its runs end, its credential stops working, and it has to join again with a new token.</p>
        <div className={styles.row}>
          <Button
            tone="danger"
            onClick={() => {
              setRevoking(false);
              request('hosts.revoke', { host: host.id }).catch(toastError);
            }}
          >
            Revoke
          </Button>
          <Button onClick={() => setRevoking(false)}>Keep</Button>
        </div>
      </Dialog>
    </div>
  );
}

function CheckLine({ check }: { check: Check }) {
  return (
    <div className={styles.check}>
      <span className={styles[check.result]} title={check.result}>
        <Icon name={CHECK_ICONS[check.result]} size={13} />
        <span className="visually-hidden">{check.result}</span>
      </span>
      <span>
        {check.name} <span className={styles.checkFound}>{check.found}</span>
      </span>
      {check.remedy && <span className={styles.remedy}>→ {check.remedy}</span>}
    </div>
  );
}

/** @param at milliseconds since 1970 */
function LastSeen({ at }: { at: number }) {
  return `, seen ${agoText((useNow(SEEN_TOLD) - at) / 1000)}`;
}

/** How long ago, roughly. */
function agoText(gone: number): string {
  const seconds = Math.max(0, gone);
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 129_600
    ? `${Math.round(seconds / 3600)} h ago`
    : `${Math.round(seconds / 86_400)} days ago`;
}
