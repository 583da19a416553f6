import { escapeControls } from '@probepad/protocol/values/escape';
import { hostName, useSession } from '../session/hosts.ts';
import type { ProgramCost } from '../session/program-costs.ts';
import { countsOf, isLive, type RunView, sourcesOf, streams } from '../session/runs.ts';
import { useStatistics } from '../session/statistics.ts';
import { names } from '../ui/names.ts';
import { CostSection } from './cost-section.tsx';
import { DropRemedies } from './drop-remedies.tsx';
import { groupDigits, percentText, shortNumber } from './numbers.ts';
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
  const live = isLive(run);
  useStatistics(live ? run.id : undefined);
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
        <DropRemedies run={run} sources={counted} />
        {counted.length === 0 && (
          <p className={styles.zero}>
            No records: this program only keeps maps and globals, or has sent nothing yet.
          </p>
        )}
      </section>
      <section>
        <h3 className={styles.title}>Programs</h3>
        <table className={styles.table} data-testid="programs">
          <thead>
            <tr>
              <th scope="col">program</th>
              {several && (
                <th scope="col" className={styles.text}>
                  host
                </th>
              )}
              <th scope="col" className={styles.text}>
                state
              </th>
              <th scope="col" className={styles.text}>
                target
              </th>
              {live && (
                <>
                  <th scope="col" title="over the last three seconds">
                    runs/s
                  </th>
                  <th scope="col" title="nanoseconds that one run takes, mean">
                    ns a run
                  </th>
                  <th scope="col" title="of one CPU">
                    CPU
                  </th>
                </>
              )}
              <th scope="col" className={styles.text} aria-label="remark" />
            </tr>
          </thead>
          <tbody>
            {statuses.flatMap((status) =>
              status.programs.map((program) => (
                <tr key={`${status.host} ${program.name}`} data-testid="program">
                  <td>{program.name}</td>
                  {several && <td className={styles.text}>{hostName(hosts, status.host)}</td>}
                  <td className={names(styles.text, styles[program.state])}>{STATE_WORDS[program.state]}</td>
                  <td className={styles.text}>{escapeControls(program.target)}</td>
                  {live && <Cost cost={run.costs[status.host]?.[program.name]} />}
                  <td className={names(styles.text, styles.wide)}>{escapeControls(program.detail)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </section>
      <CostSection hosts={statuses.map(({ host }) => host)} live={live} />
      {remarks.length > 0 && (
        <section>
          <h3 className={styles.title}>Remarks</h3>
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

/** Three cells; a dash while nothing is known. */
function Cost({ cost }: { cost: ProgramCost | undefined }) {
  const none = <span className={styles.zero}>–</span>;
  return (
    <>
      <td data-testid="program-rate">{cost ? shortNumber(cost.runsPerSecond) : none}</td>
      <td>{cost?.nanoseconds === undefined ? none : groupDigits(Math.round(cost.nanoseconds))}</td>
      <td>{cost ? percentText(cost.cpu) : none}</td>
    </>
  );
}
