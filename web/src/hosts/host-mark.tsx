import type { Host } from '@probepad/protocol/control/host';
import { conditionOf, type HostCondition } from '../session/hosts.ts';
import { names } from '../ui/names.ts';
import styles from './hosts-panel.module.css';

export const CONDITION_WORDS: Record<HostCondition, string> = {
  ready: 'ready',
  limited: 'ready, with limits',
  bad: 'not able to run probes',
  offline: 'offline',
  invited: 'invited, never came',
};

/** A host's condition: by colour and by shape (full, half, diamond, hollow). */
export function HostMark({ host }: { host: Host }) {
  const condition = conditionOf(host);
  return (
    <span
      className={names(styles.dot, styles[condition])}
      role="img"
      aria-label={CONDITION_WORDS[condition]}
      title={CONDITION_WORDS[condition]}
    />
  );
}
