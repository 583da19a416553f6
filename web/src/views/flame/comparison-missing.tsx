import { Button } from '../../ui/button.tsx';
import styles from './flame.module.css';

/** Says that what a graph is to be compared with is not there, and what can be done. */
export function ComparisonMissing({
  text,
  onKeep,
  onLeave,
}: {
  /** Undefined: it is there. */
  text: string | undefined;
  /** Makes what is shown the baseline; undefined where that would be of no use. */
  onKeep: (() => void) | undefined;
  /** Nothing is to be compared. */
  onLeave(): void;
}) {
  if (text === undefined) return null;
  return (
    <p className={styles.missing} role="status" data-testid="flame-missing">
      {text}
      {onKeep && (
        <Button small onClick={onKeep}>
          Keep what is shown as baseline
        </Button>
      )}
      <Button small onClick={onLeave}>
        Do not compare
      </Button>
    </p>
  );
}
