import { useMemo, useState } from 'react';
import type { FlameGraph } from '../../session/flame.ts';
import { Button } from '../../ui/button.tsx';
import { amountText, changeText } from '../amount.ts';
import { groupDigits, percentText } from '../numbers.ts';
import styles from './flame.module.css';
import type { FlameIndex } from './flame-layout.ts';
import { changeOf, type FunctionOrder, type FunctionRow, functionsOf } from './functions.ts';

/** Rows that are drawn; who wants others sorts or searches. */
const ROWS_MAX = 500;

/** The functions of a flame graph with their numbers. A function's button searches for it in the picture. */
export function FunctionTable({
  graph,
  index,
  label,
  onFunction,
  onAll,
}: {
  graph: FlameGraph;
  index: FlameIndex;
  label: string;
  onFunction(name: string): void;
  /** The search is to end. */
  onAll(): void;
}) {
  const [order, setOrder] = useState<{ by: FunctionOrder; descending: boolean }>({
    by: 'self',
    descending: true,
  });
  const { names, hits, unit } = graph;
  const all = index.tree.totals[0] ?? 0;
  const allBefore = index.tree.before?.[0];
  const functions = useMemo(() => functionsOf(index, names.length), [index, names]);
  const rows = useMemo(() => {
    const keyOf = (row: FunctionRow): number | string => {
      switch (order.by) {
        case 'name':
          return names[row.frame]?.text ?? '';
        case 'change':
          return changeOf(row, all, allBefore ?? 0);
        default:
          return row[order.by];
      }
    };
    const sign = order.descending ? -1 : 1;
    return functions
      .filter(({ frame }) => hits === undefined || hits[frame] === 1)
      .map((row) => ({ row, key: keyOf(row) }))
      .sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ row }) => row);
  }, [functions, names, hits, order, all, allBefore]);

  const columns: { by: FunctionOrder | undefined; text: string; number: boolean }[] = [
    { by: 'name', text: 'function', number: false },
    { by: undefined, text: 'where', number: false },
    { by: 'self', text: 'self', number: true },
    { by: undefined, text: 'self %', number: true },
    { by: 'total', text: 'total', number: true },
    { by: undefined, text: 'total %', number: true },
    ...(allBefore === undefined ? [] : [{ by: 'change' as const, text: 'change', number: true }]),
  ];
  return (
    <div className={styles.table}>
      {hits !== undefined && (
        <p className={styles.found} data-testid="flame-found">
          {rows.length === 0
            ? 'The search found no function here.'
            : `The ${groupDigits(rows.length)} of ${groupDigits(functions.length)} functions that the search found.`}
          <Button small onClick={onAll}>
            Show all
          </Button>
        </p>
      )}
      <table data-testid="flame-table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ by, text, number }) => (
              <th
                key={text}
                scope="col"
                className={number ? styles.number : undefined}
                aria-sort={
                  by === undefined || by !== order.by
                    ? undefined
                    : order.descending
                      ? 'descending'
                      : 'ascending'
                }
              >
                {by === undefined ? (
                  text
                ) : (
                  <button
                    type="button"
                    onClick={() =>
                      setOrder({ by, descending: by === order.by ? !order.descending : by !== 'name' })
                    }
                  >
                    {text}
                    {by === order.by ? (order.descending ? ' ↓' : ' ↑') : ''}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((row) => {
            const name = names[row.frame];
            return (
              <tr key={row.frame}>
                <th scope="row">
                  <button type="button" onClick={() => onFunction(name?.text ?? '')}>
                    {name?.text}
                  </button>
                </th>
                <td>{name?.object ?? name?.space}</td>
                <td className={styles.number}>{amountText(row.self, unit)}</td>
                <td className={styles.number}>{percentText(row.self / (all || 1))}</td>
                <td className={styles.number}>{amountText(row.total, unit)}</td>
                <td className={styles.number}>{percentText(row.total / (all || 1))}</td>
                {allBefore !== undefined && (
                  <td className={styles.number}>{changeText(changeOf(row, all, allBefore))}</td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length > ROWS_MAX && (
        <p className={styles.more}>{rows.length - ROWS_MAX} more functions: sort or search to see them.</p>
      )}
    </div>
  );
}
