import type { ViewOptions } from '@probepad/protocol/control/snippet';
import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import type { CSSProperties } from 'react';
import type { Ranking, Statistic } from '../../session/aggregates.ts';
import { theDecoder } from '../../session/session.ts';
import { CellText } from '../cell-text.tsx';
import { Choice } from '../choice.tsx';
import { HostChoice } from '../host-choice.tsx';
import { chosenMeasure, measureChoices } from '../measures.ts';
import { shareText } from '../numbers.ts';
import { barsPicture } from '../picture/bars-picture.ts';
import type { Picture } from '../picture/picture.ts';
import { quantityText } from '../quantity.ts';
import styles from '../table.module.css';
import { useOverTime } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { ViewTools } from '../view-tools.tsx';
import own from './bars.module.css';
import { countedKeys, othersText } from './counted-keys.ts';

const ROWS = 40;
/** What adds up: the others, quantiles and means, are no parts of a whole. */
const ADDED: ReadonlySet<Statistic> = new Set(['value', 'rate']);
/** In place of a column: how many came. */
const EVENTS = '\0events';

/** The largest of many: keys of a map by a number of their values, events by what is in one of their columns. */
export function BarsView({ source, view, live, hosts, options, onOptions, empty }: ViewProps<'bars'>) {
  const asked = questionOf(view, options);
  const together = options.hosts ?? 'apart';
  const ranking = useOverTime(source, JSON.stringify([asked, together]), live, (_range, held) =>
    theDecoder().ranking({
      ...source,
      ...asked,
      range: held,
      limit: ROWS,
      hosts: together === 'merged' ? 'merged' : 'apart',
    }),
  );
  const rows = ranking?.rows ?? [];
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <>
            {view.of === 'events' && (
              <Choice
                label="by"
                value={asked.split ?? ''}
                options={view.splits.map((value) => ({ value, label: value }))}
                onChange={(value) => onOptions({ split: value })}
              />
            )}
            <Choice
              label="of"
              value={asked.measure ?? EVENTS}
              options={[
                ...(view.of === 'events' ? [{ value: EVENTS, label: 'events' }] : []),
                ...measureChoices(view.measures),
              ]}
              onChange={(value) =>
                onOptions({ measure: value === EVENTS ? undefined : value, statistic: undefined })
              }
            />
            <Choice
              label="as"
              value={asked.statistic}
              options={statisticsOf(view, asked.measure)}
              onChange={(value) => onOptions({ statistic: value })}
            />
            <HostChoice
              hosts={hosts}
              value={together === 'merged' ? 'merged' : 'apart'}
              kinds={['apart', 'merged']}
              onChange={(value) => onOptions({ hosts: value })}
            />
          </>
        }
        status={{
          text: countedKeys(ranking ?? { rows, keys: 0 }),
          testId: 'bar-count',
        }}
        collect={rows.length > 0 && ranking ? () => exportOf(ranking) : undefined}
        view="top"
        picture={rows.length > 0 && ranking ? () => pictureOf(ranking, source.source) : undefined}
      />
      {rows.length === 0
        ? empty
        : ranking && (
            <Bars ranking={ranking} label={source.source} hosts={hosts} isPart={ADDED.has(asked.statistic)} />
          )}
    </div>
  );
}

function pictureOf({ rows, unit }: Ranking, name: string): Picture {
  const bars = rows.map(({ label, host, hostName, value }) => ({
    label: host === '' ? label : `${hostName} · ${label}`,
    value,
    text: quantityText(value, unit),
  }));
  return barsPicture({ title: `${name}, the largest first`, ramp: false, groups: [{ label: '', bars }] });
}

function Bars({
  ranking: { rows, rest, unit, short },
  label,
  hosts,
  isPart,
}: {
  ranking: Ranking;
  label: string;
  /** The values add up to a whole. */
  isPart: boolean;
  hosts: ViewProps['hosts'];
}) {
  const most = Math.max(1e-12, ...rows.map(({ value }) => value));
  const total = rows.reduce((sum, { value }) => sum + value, 0) + (rest?.value ?? 0);
  const several = rows.some(({ host }) => host !== '');
  return (
    <div className={own.page}>
      <table className={own.table} data-testid="bars" aria-label={`${label}, the largest first`}>
        <tbody>
          {rows.map(({ id, label: key, host, hostName, value }) => (
            <tr key={id} data-testid="bar-row">
              {several && <td className={own.host}>{hostName}</td>}
              <th scope="row" title={key}>
                <CellText text={key} />
              </th>
              <td className={own.value}>{quantityText(value, unit)}</td>
              <td className={own.share}>{total > 0 && isPart ? shareText(value / total) : ''}</td>
              <td className={own.place}>
                <span
                  className={own.bar}
                  style={
                    {
                      '--part': Math.max(0, value / most),
                      '--colour': `var(--series-${several ? (hosts.findIndex(({ id: each }) => each === host) % 8) + 1 : 2})`,
                    } as CSSProperties
                  }
                />
              </td>
            </tr>
          ))}
          {rest && rest.value > 0 && (
            <tr className={own.rest}>
              {several && <td />}
              <th scope="row">{othersText(rest.keys, short)}</th>
              <td className={own.value}>{quantityText(rest.value, unit)}</td>
              <td className={own.share}>{shareText(rest.value / total)}</td>
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function statisticsOf(
  view: ViewProps<'bars'>['view'],
  measure: string | undefined,
): { value: Statistic; label: string }[] {
  if (view.of === 'entries') {
    return [
      { value: 'value', label: 'as it is' },
      { value: 'rate', label: 'growth a second' },
    ];
  }
  const sums: { value: Statistic; label: string }[] = [
    { value: 'value', label: measure === undefined ? 'count' : 'sum' },
    { value: 'rate', label: 'a second' },
  ];
  if (measure === undefined) return sums;
  return [...sums, ...(['avg', 'p50', 'p99', 'max'] as const).map((value) => ({ value, label: value }))];
}

function questionOf(
  view: ViewProps<'bars'>['view'],
  options: ViewOptions,
): { measure: string | undefined; statistic: Statistic; split: string | undefined } {
  if (view.of === 'events') {
    const measure = view.measures.find(({ column }) => column === options.measure)?.column;
    const split = view.splits.find((each) => each === options.split) ?? view.splits[0];
    return { measure, split, statistic: options.statistic ?? 'value' };
  }
  return {
    measure: chosenMeasure(view.measures, options.measure)?.column,
    split: undefined,
    statistic: options.statistic ?? 'value',
  };
}

function exportOf({ rows, unit }: Ranking): ExportedTable {
  const several = rows.some(({ host }) => host !== '');
  return {
    columns: [
      ...(several ? [{ name: 'host', align: 'text' as const, role: 'host' as const }] : []),
      { name: 'key', align: 'text' },
      { name: unit === '' ? 'value' : `value (${unit})`, align: 'number', stored: 'float64' },
    ],
    rows: rows.map(({ label, hostName, value }) => ({
      cells: [...(several ? [hostName] : []), label, String(value)],
    })),
  };
}
