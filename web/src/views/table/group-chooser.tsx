import type { TableSettings } from '@probepad/protocol/control/snippet';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import type { ArrangedColumn } from './arrange-columns.ts';
import styles from './choosers.module.css';

/** Which columns rows are grouped by, and whose numbers are added up and ranked in each group. */
export function GroupChooser({
  columns,
  group,
  onChange,
}: {
  columns: readonly ArrangedColumn[];
  group: TableSettings['group'];
  onChange(group: TableSettings['group']): void;
}) {
  const [open, setOpen] = useState(false);
  const by = group?.by ?? [];
  const groupable = columns.filter(({ column }) => column.role === 'field' || column.role === 'host');
  const numbers = columns.filter(({ column }) => column.role === 'field' && column.align === 'number');
  const choose = (next: readonly string[]): void =>
    onChange(next.length === 0 ? undefined : { ...group, by: [...next] });
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Group by"
      trigger={<IconButton icon="group" small on={by.length > 0} label="Group by" data-testid="group" />}
    >
      <div className={styles.panel}>
        <ul className={styles.list} aria-label="Group by">
          {groupable.map(({ key, column }) => (
            <li key={key} className={styles.item}>
              <label className={styles.choice}>
                <input
                  type="checkbox"
                  checked={by.includes(key)}
                  onChange={(event) =>
                    choose(event.target.checked ? [...by, key] : by.filter((each) => each !== key))
                  }
                />
                <code>{column.label ?? column.name}</code>
                <span className={styles.type}>{column.type}</span>
              </label>
            </li>
          ))}
        </ul>
        <div className={styles.foot}>
          <label className={styles.measure}>
            count, and of
            <select
              value={group?.measure ?? ''}
              disabled={by.length === 0}
              aria-label="Numbers to add up and rank"
              onChange={(event) => {
                const { measure: _, ...rest } = group ?? { by: [] };
                onChange(event.target.value === '' ? rest : { ...rest, measure: event.target.value });
              }}
            >
              <option value="">nothing more</option>
              {numbers.map(({ key, column }) => (
                <option key={key} value={key}>
                  {column.name}: sum, avg, min, p50, p99, max
                </option>
              ))}
            </select>
          </label>
          <Button small tone="quiet" disabled={by.length === 0} onClick={() => onChange(undefined)}>
            No groups
          </Button>
        </div>
      </div>
    </Popover>
  );
}
