import { escapeControls } from '@probepad/protocol/format';
import { hostName, useSession } from '../session/hosts.ts';
import { countsOf, type RunView, sourcesOf, streams } from '../session/runs.ts';
import { names } from '../ui/names.ts';
import { groupDigits, shortNumber } from './numbers.ts';
import styles from './overview.module.css';

const PLACES = ['kernel', 'agent', 'hub', 'viewer'] as const;
const STATE_WORDS = {
  attached: '● attached',
  waiting: '○ waiting',
  off: '– off',
  failed: '× failed',
} as const;

/** What a run is made of: where every record went, and what each program is attached to. */
export function Overview({ run }: { run: RunView }) {
  const hosts = useSession((state) => state.hosts);
  const statuses = Object.values(run.statuses);
  const several = statuses.length > 1;
  const counted = sourcesOf(run).filter(
    ({ name, kind }) =>
      streams(kind) && Object.values(run.counts).some((counts) => counts.sources[name] !== undefined),
  );
  const remarks = statuses.flatMap((status) =>
    status.remarks.map((remark) => (several ? `${hostName(hosts, status.host)}: ${remark}` : remark)),
  );
  return (
    <div className={styles.page} data-testid="overview">
      <section>
        <h3 className={styles.title}>Records: produced = delivered + dropped</h3>
        <table className={styles.table} data-testid="counts">
          <thead>
            <tr>
              <th scope="col">source</th>
              {several && (
                <th scope="col" className={styles.text}>
                  host
                </th>
              )}
              <th scope="col">produced</th>
              <th scope="col">delivered</th>
              {PLACES.map((place) => (
                <th
                  key={place}
                  scope="col"
                  title={`dropped ${place === 'kernel' ? 'in the kernel' : `by the ${place}`}`}
                >
                  − {place}
                </th>
              ))}
              {!several && <th scope="col">per second</th>}
            </tr>
          </thead>
          <tbody>
            {counted.flatMap(({ name }) =>
              (several ? statuses.map((status) => status.host) : [undefined]).map((host) => {
                const counts = countsOf(run, name, host);
                return (
                  <tr key={`${name} ${host}`}>
                    <td>{name}</td>
                    {several && <td className={styles.text}>{hostName(hosts, host ?? '')}</td>}
                    <td>{groupDigits(counts.produced)}</td>
                    <td>{groupDigits(counts.delivered)}</td>
                    {PLACES.map((place) => (
                      <td key={place} className={counts.dropped[place] > 0 ? styles.drops : styles.zero}>
                        {groupDigits(counts.dropped[place])}
                      </td>
                    ))}
                    {host === undefined && <td>{shortNumber(run.rates[name] ?? 0)}</td>}
                  </tr>
                );
              }),
            )}
          </tbody>
        </table>
        {counted.length === 0 && (
          <p className={styles.zero}>
            No records: this program only keeps maps and globals, or has sent nothing yet.
          </p>
        )}
      </section>
      <section>
        <h3 className={styles.title}>Programs</h3>
        <table className={styles.table} data-testid="programs">
          <tbody>
            {statuses.flatMap((status) =>
              status.programs.map((program) => (
                <tr key={`${status.host} ${program.name}`}>
                  <td>{program.name}</td>
                  {several && <td className={styles.text}>{hostName(hosts, status.host)}</td>}
                  <td className={names(styles.text, styles[program.state])}>{STATE_WORDS[program.state]}</td>
                  <td className={styles.text}>{program.target}</td>
                  <td className={names(styles.text, styles.wide)}>{escapeControls(program.detail)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </section>
      {remarks.length > 0 && (
        <section>
          <h3 className={styles.title}>What the loader changed</h3>
          <ul className={styles.remarks}>
            {remarks.map((remark) => (
              <li key={remark}>{escapeControls(remark)}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
