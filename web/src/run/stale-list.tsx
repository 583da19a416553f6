import { useCheck } from '../session/check.ts';
import { staleOnScreen } from '../session/stale-settings.ts';
import { changeEntry, useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import styles from './params-panel.module.css';

const WORDS = { params: 'parameter', attach: 'target of' } as const;

/** Settings that keep a probe from running, because what they are for is gone, each with its way out. Nothing without any. */
export function StaleList() {
  const check = useCheck();
  const settings = useWorkspace((state) => state.settings);
  const opening = useWorkspace((state) => state.opening);
  const stale = staleOnScreen(check, { settings, opening });
  if (stale.length === 0) return null;
  return (
    <section className={styles.stale} data-testid="stale-settings">
      <h3 className={styles.title}>Set, but not in the program</h3>
      <p className={styles.none}>Renamed or deleted, it seems. Runs are refused until these are gone.</p>
      {stale.map(({ table, name, value }) => (
        <div key={`${table} ${name}`} className={styles.entry}>
          <span>
            {WORDS[table]} <code>{name}</code> = <code>{value}</code>
          </span>
          <Button
            small
            aria-label={`Remove ${WORDS[table]} ${name}`}
            onClick={() => changeEntry(table, name, '')}
          >
            Remove
          </Button>
        </div>
      ))}
    </section>
  );
}
