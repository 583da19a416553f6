import type { Topology } from '../../session/topology.ts';
import { edgeRows } from './edge-rows.ts';
import styles from './topology.module.css';

/** The numbers behind the picture. */
export function EdgeTable({ topology, label }: { topology: Topology; label: string }) {
  const { columns, rows } = edgeRows(topology);
  return (
    <div className={styles.table}>
      <table data-testid="topology-table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((text, at) => {
                const { name, align } = columns[at] ?? {};
                return name === 'from' ? (
                  <th key={name} scope="row">
                    {text}
                  </th>
                ) : (
                  <td key={name} className={align === 'number' ? styles.number : undefined}>
                    {text}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
