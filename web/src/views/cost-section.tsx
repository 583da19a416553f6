import type { CostReport } from '@probepad/protocol/control/cost';
import { formatDuration } from '@probepad/protocol/values/units';
import { measureCosts, useCosts } from '../session/cost.ts';
import { hostName, useSession } from '../session/hosts.ts';
import { Button } from '../ui/button.tsx';
import { percentText } from './numbers.ts';
import styles from './overview.module.css';

/** What the probe costs whoever it traces, measured on demand: the same work with it and without. */
export function CostSection({ hosts, live }: { hosts: readonly string[]; live: boolean }) {
  const { measuring, reports } = useCosts();
  const known = useSession((state) => state.hosts);
  const mayAuthor = useSession((state) => state.permissions.includes('author'));
  const measured = hosts.filter((host) => reports[host] !== undefined);
  return (
    <section data-testid="cost">
      <h3 className={styles.title}>What it costs the traced programs</h3>
      <p className={styles.note}>
        <Button
          small
          icon="chart"
          disabled={live || measuring || !mayAuthor}
          data-testid="measure-cost"
          onClick={() => void measureCosts(hosts)}
        >
          {measuring ? 'Measuring…' : 'Measure'}
        </Button>
        {live
          ? 'Stop the run first: it is compared with the probe not attached.'
          : 'Common operations with the probe attached and without, in turn; some seconds.'}
      </p>
      {measured.map((host) => {
        const report = reports[host];
        if (report === undefined) return null;
        const name = hosts.length > 1 ? hostName(known, host) : '';
        return 'code' in report ? (
          <p key={host} role="alert" className={styles.drops}>
            {name && `${name}: `}
            {report.message}. {report.remedy}
          </p>
        ) : (
          <CostTable key={host} host={name} report={report} />
        );
      })}
    </section>
  );
}

function CostTable({ host, report }: { host: string; report: CostReport }) {
  return (
    <table className={styles.table} data-testid="cost-table">
      {host && <caption>{host}</caption>}
      <thead>
        <tr>
          <th scope="col">operation</th>
          <th scope="col">without</th>
          <th scope="col">with</th>
          <th scope="col">added</th>
          <th scope="col">of it</th>
        </tr>
      </thead>
      <tbody>
        {report.operations.map(({ name, without, with: during, added }) => (
          <tr key={name}>
            <td>{name}</td>
            <td>{formatDuration(Math.round(without))}</td>
            <td>{formatDuration(Math.round(during))}</td>
            <td className={added > 0 ? styles.drops : styles.zero}>
              {added > 0 ? formatDuration(Math.round(added)) : 'none seen'}
            </td>
            <td className={added > 0 ? undefined : styles.zero}>
              {added > 0 ? `+${percentText(added / without)}` : '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
