import type { View } from '@probepad/protocol/views/view';
import { IconButton } from '../ui/button.tsx';
import styles from './results.module.css';
import { VIEW_NAMES } from './shown-views.ts';

/** The views that a source can have, as buttons; the first is the one that is proposed. */
export function ViewSwitch({
  views,
  current,
  label,
  onSelect,
}: {
  views: readonly View[];
  current: View;
  label: string;
  onSelect(kind: View['kind']): void;
}) {
  if (views.length < 2) return null;
  return (
    <div className={styles.kinds} role="toolbar" aria-label={label}>
      {views.map(({ kind }) => (
        <IconButton
          key={kind}
          icon={VIEW_NAMES[kind].icon}
          small
          on={kind === current.kind}
          label={VIEW_NAMES[kind].label}
          data-testid={`view-${kind}`}
          onClick={() => onSelect(kind)}
        />
      ))}
    </div>
  );
}
