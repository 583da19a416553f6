import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import type { Distribution } from '../../session/aggregates.ts';
import { theDecoder } from '../../session/session.ts';
import { Choice } from '../choice.tsx';
import { comparedPair, NeitherHost, PairChoice } from '../compared-pair.tsx';
import { unfinishedText } from '../counted-text.ts';
import { HostChoice } from '../host-choice.tsx';
import { groupDigits } from '../numbers.ts';
import { barsPicture } from '../picture/bars-picture.ts';
import type { Picture } from '../picture/picture.ts';
import { rangeText } from '../quantity.ts';
import { rampColour } from '../ramp.ts';
import { distributedOf, SlotsChoice } from '../slots-choice.tsx';
import styles from '../table.module.css';
import { useOverTime } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { ViewTools } from '../view-tools.tsx';
import { Butterfly } from './butterfly.tsx';
import own from './histogram.module.css';
import { pairsOf, pictureOfPairs } from './host-pairs.ts';

/**
 * Histograms as tables of bars, one a key; the ramp is viridis, so height reads as colour too. While the axis follows they hold all
 * that was counted, while it is held what came in what it shows.
 */
export function HistogramView({
  source,
  view,
  live,
  hosts,
  options,
  onOptions,
  empty,
}: ViewProps<'histogram' | 'heatmap'>) {
  const { measure, slots } = distributedOf(view, options);
  const scale = view.slots[slots]?.scale ?? options.scale ?? 'log2';
  const together = options.hosts ?? (hosts.length === 2 ? 'versus' : 'apart');
  const answer = useOverTime(
    source,
    JSON.stringify([measure, slots, scale, together]),
    live,
    (_range, held) =>
      theDecoder().distributions({
        ...source,
        range: held,
        measure,
        slots,
        scale,
        hosts: together === 'merged' ? 'merged' : 'apart',
      }),
  );
  const all = (answer ?? []).filter(({ total, searching }) => total > 0 || !searching);
  const pair = together === 'versus' ? comparedPair(hosts, options) : undefined;
  const pairs = pair && pairsOf(all, pair);
  const total = all.reduce((sum, each) => sum + each.total, 0);
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <>
            <SlotsChoice view={view} options={options} onOptions={onOptions} />
            {view.slots.length === 0 && (
              <Choice
                label="bars"
                value={scale}
                options={[
                  { value: 'log2', label: 'powers of two' },
                  { value: 'linear', label: 'of one width' },
                ]}
                onChange={(value) => onOptions({ scale: value })}
              />
            )}
            <HostChoice
              hosts={hosts}
              value={together}
              kinds={['apart', 'merged', 'versus']}
              onChange={(value) => onOptions({ hosts: value })}
            />
            {together === 'versus' && <PairChoice hosts={hosts} options={options} onOptions={onOptions} />}
          </>
        }
        status={{
          text: [`${groupDigits(total)} values`, ...unfinishedText(answer)].join(' · '),
          testId: 'value-count',
        }}
        collect={all.length > 0 ? () => exportOf(all) : undefined}
        view="histogram"
        picture={
          all.length > 0 && pairs?.length !== 0
            ? () => (pairs ? pictureOfPairs(pairs, source.source) : pictureOf(all, source.source))
            : undefined
        }
      />
      {all.length === 0 ? (
        empty
      ) : (
        <div className={own.page} data-testid="histogram">
          {pair && pairs?.length === 0 && <NeitherHost pair={pair} />}
          {pairs
            ? pairs.map((each) => <Butterfly key={each.label} pair={each} />)
            : all.map((each) => <Bars key={`${each.host} ${each.label}`} {...each} />)}
        </div>
      )}
    </div>
  );
}

function Bars({ label, bars, total, unit }: Distribution) {
  const most = Math.max(...bars.map(({ count }) => count));
  return (
    <div className={own.one}>
      <table className={own.table}>
        <caption className={own.caption}>
          {label} · {groupDigits(total)} values
        </caption>
        <tbody>
          {bars.map(({ from, to, count }) => (
            <tr key={from}>
              <th scope="row">{rangeText(from, to, unit)}</th>
              <td className={own.count}>{groupDigits(count)}</td>
              <td>
                <span
                  className={own.bar}
                  style={{ width: `${(count / most) * 100}%`, background: rampColour(count / most) }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function pictureOf(all: readonly Distribution[], name: string): Picture {
  return barsPicture({
    title: `${name}: how many of each size`,
    ramp: true,
    groups: all.map(({ label, bars, unit }) => ({
      label,
      bars: bars.map(({ from, to, count }) => ({
        label: rangeText(from, to, unit),
        value: count,
        text: groupDigits(count),
      })),
    })),
  });
}

function exportOf(all: readonly Distribution[]): ExportedTable {
  return {
    columns: [
      { name: 'of', align: 'text' },
      { name: 'from', align: 'number', stored: 'float64' },
      { name: 'to', align: 'number', stored: 'float64' },
      { name: 'count', align: 'number', stored: 'int64' },
    ],
    rows: all.flatMap(({ label, bars }) =>
      bars.map(({ from, to, count }) => ({ cells: [label, String(from), String(to), String(count)] })),
    ),
  };
}
