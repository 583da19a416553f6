import { type KeyboardEvent, useState } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import type { ArrangedColumn } from './arrange-columns.ts';
import styles from './choosers.module.css';
import type { ColumnActions } from './column-actions.ts';

/** Which columns are shown, and in what order. Alt with an arrow moves the one that has the keyboard. */
export function ColumnChooser({
  columns,
  headings,
  actions,
}: {
  columns: readonly ArrangedColumn[];
  /** By place in a row's cells. */
  headings: readonly string[];
  actions: ColumnActions;
}) {
  const [open, setOpen] = useState(false);
  const hidden = columns.filter(({ shown }) => !shown).length;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Columns"
      trigger={
        <IconButton
          icon="columns"
          small
          on={hidden > 0}
          label={hidden > 0 ? `Columns, ${hidden} hidden` : 'Columns'}
          data-testid="columns"
        />
      }
    >
      <div className={styles.panel}>
        <ul className={styles.list} aria-label="Columns">
          {columns.map(({ key, column, shown, at }) => {
            const onKey = (event: KeyboardEvent): void => {
              const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as 1 | -1 | undefined;
              if (!by || !event.altKey) return;
              event.preventDefault();
              actions.move(key, by);
            };
            const name = headings[at] ?? column.name;
            return (
              <li key={key} className={styles.item} onKeyDown={onKey}>
                <label className={styles.choice}>
                  <input
                    type="checkbox"
                    checked={shown}
                    onChange={(event) => actions.show(key, event.target.checked)}
                  />
                  <code>{name}</code>
                  <span className={styles.type}>{column.type}</span>
                </label>
                <IconButton
                  icon="up"
                  small
                  tabIndex={-1}
                  label={`Move ${name} up`}
                  onClick={() => actions.move(key, -1)}
                />
                <IconButton
                  icon="down"
                  small
                  tabIndex={-1}
                  label={`Move ${name} down`}
                  onClick={() => actions.move(key, 1)}
                />
              </li>
            );
          })}
        </ul>
        <div className={styles.foot}>
          <span>Alt+↑ ↓ moves</span>
          <Button small tone="quiet" onClick={actions.reset}>
            As the program has them
          </Button>
        </div>
      </div>
    </Popover>
  );
}
