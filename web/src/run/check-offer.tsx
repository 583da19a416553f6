import { askForProbe, useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import styles from './params-panel.module.css';

/** Says that a link's program was not compiled yet, and offers to. Nothing for any other. */
export function CheckOffer() {
  const unasked = useWorkspace((state) => state.unasked);
  if (!unasked) return null;
  return (
    <section className={styles.stale} data-testid="check-offer">
      <p>It came by a link, and no host was given it yet: not checked.</p>
      <div className={styles.choices}>
        <Button small icon="check" onClick={askForProbe}>
          Check it
        </Button>
      </div>
    </section>
  );
}
