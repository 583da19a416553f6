import {
  GROUP_STATISTICS,
  type GroupStatistic,
  type TableSettings,
} from '@probepad/protocol/control/snippet';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import type { ArrangedColumn } from './arrange-columns.ts';
import styles from './choosers.module.css';
import { canGroupBy, canMeasure, measuresAtFirst } from './column-actions.ts';

/** Which columns rows are grouped by, whose numbers are added up and ranked in each group, and what of them is shown. */
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
  const measures = group?.measures ?? [];
  const statistics = group?.statistics ?? GROUP_STATISTICS;
  const put = (change: Partial<NonNullable<TableSettings['group']>>): void => {
    const next = { by, measures: group ? measures : measuresAtFirst(columns), ...group, ...change };
    onChange(next.by.length === 0 ? undefined : next);
  };
  const withStatistic = (statistic: GroupStatistic, wanted: boolean): GroupStatistic[] =>
    GROUP_STATISTICS.filter((each) => (each === statistic ? wanted : statistics.includes(each)));
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Group by"
      trigger={<IconButton icon="group" small on={by.length > 0} label="Group by" data-testid="group" />}
    >
      <div className={styles.panel}>
        <Columns
          title="Group by"
          columns={columns.filter(({ column }) => canGroupBy(column))}
          chosen={by}
          onChange={(next) => put({ by: next })}
        />
        <Columns
          title="Count, and of each group the numbers of"
          columns={columns.filter(({ column }) => canMeasure(column))}
          chosen={measures}
          disabled={by.length === 0}
          onChange={(next) => put({ measures: next })}
        />
        <div className={styles.foot}>
          <fieldset className={styles.statistics} disabled={measures.length === 0 || by.length === 0}>
            <legend>shown of them</legend>
            {GROUP_STATISTICS.map((statistic) => (
              <label key={statistic}>
                <input
                  type="checkbox"
                  checked={statistics.includes(statistic)}
                  onChange={(event) =>
                    put({ statistics: withStatistic(statistic, event.currentTarget.checked) })
                  }
                />
                {statistic}
              </label>
            ))}
          </fieldset>
          <Button small tone="quiet" disabled={by.length === 0} onClick={() => onChange(undefined)}>
            No groups
          </Button>
        </div>
      </div>
    </Popover>
  );
}

/** A list of columns, of which some are chosen, in the order in which that was done. */
function Columns({
  title,
  columns,
  chosen,
  disabled = false,
  onChange,
}: {
  title: string;
  columns: readonly ArrangedColumn[];
  chosen: readonly string[];
  disabled?: boolean;
  onChange(chosen: string[]): void;
}) {
  return (
    <fieldset className={styles.columns} disabled={disabled}>
      <legend>{title}</legend>
      <ul className={styles.shortList}>
        {columns.map(({ key, column }) => (
          <li key={key} className={styles.item}>
            <label className={styles.choice}>
              <input
                type="checkbox"
                checked={chosen.includes(key)}
                onChange={(event) =>
                  onChange(
                    event.currentTarget.checked ? [...chosen, key] : chosen.filter((each) => each !== key),
                  )
                }
              />
              <code>{column.label ?? column.name}</code>
              <span className={styles.type}>{column.type}</span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
