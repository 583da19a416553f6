import type { ViewOptions } from '@probepad/protocol/control/snippet';
import { useRef, useState } from 'react';
import type { Statistic } from '../../session/aggregates.ts';
import { theDecoder } from '../../session/session.ts';
import { IconButton } from '../../ui/button.tsx';
import { Choice } from '../choice.tsx';
import { comparedPair, NeitherHost, PairChoice } from '../compared-pair.tsx';
import { shortText, unfinishedText } from '../counted-text.ts';
import { HostChoice } from '../host-choice.tsx';
import { chosenMeasure, measureChoices } from '../measures.ts';
import { groupDigits } from '../numbers.ts';
import styles from '../table.module.css';
import { useOverTime } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { ViewTools } from '../view-tools.tsx';
import chartStyles from './chart.module.css';
import { type ChartPane, panesOf, pictureOfPanes } from './chart-panes.ts';
import { LineChart } from './line-chart.tsx';
import { exportOfSeries } from './series-table.ts';
import { SeriesTable } from './series-table-view.tsx';

const POINTS_DEFAULT = 900;
/** In place of a column: how many came, or none to split by. */
const EVENTS = '\0events';
const NONE = '\0none';

/** A source's numbers over time: as lines, or as the table behind them. */
export function ChartView({ source, view, live, hosts, options, onOptions, empty }: ViewProps<'chart'>) {
  const [asTable, setAsTable] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const asked = questionOf(view, options);
  const together = options.hosts ?? 'apart';
  const series = useOverTime(source, JSON.stringify([asked, together]), live, (range) =>
    theDecoder().series({
      ...source,
      ...asked,
      // All variables at a time: each by what it is, unless somebody chose.
      statistic: view.of === 'globals' && asked.measure === undefined ? options.statistic : asked.statistic,
      range,
      points: frame.current?.clientWidth ?? POINTS_DEFAULT,
      hosts: together === 'merged' ? 'merged' : 'apart',
    }),
  );
  const filled = series !== undefined && series.times.length > 1;
  const pair = comparedPair(hosts, options);
  const panes = filled ? panesOf(series, hosts, together, pair) : [];
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <>
            <IconButton
              icon="table"
              small
              on={asTable}
              label="The numbers behind the lines"
              data-testid="series-as-table"
              onClick={() => setAsTable(!asTable)}
            />
            <MeasureChoices view={view} options={options} onOptions={onOptions} />
            <HostChoice
              hosts={hosts}
              value={together}
              kinds={['apart', 'merged', 'multiples', 'versus']}
              onChange={(value) => onOptions({ hosts: value })}
            />
            {together === 'versus' && <PairChoice hosts={hosts} options={options} onOptions={onOptions} />}
          </>
        }
        status={{
          text: series
            ? [
                `${groupDigits(series.times.length)} points`,
                ...(series.unit ? [series.unit] : []),
                ...shortText(series.short),
                ...unfinishedText(series),
              ].join(' · ')
            : '',
          testId: 'point-count',
        }}
        collect={filled ? () => exportOfSeries(series) : undefined}
        view="chart"
        picture={panes.length > 0 ? () => pictureOfPanes(panes, source.source) : undefined}
      />
      <div ref={frame} className={chartStyles.page}>
        {!filled && empty}
        {filled && asTable && <SeriesTable series={series} label={source.source} />}
        {filled && !asTable && pair && panes.length === 0 && <NeitherHost pair={pair} />}
        {filled && !asTable && (
          <Charts panes={panes} label={`${source.source} over time, in ${series.unit}`} />
        )}
      </div>
    </div>
  );
}

function Charts({ panes, label }: { panes: readonly ChartPane[]; label: string }) {
  const charts = panes.map(({ name, words, series, below }) => (
    <LineChart
      key={name}
      series={series}
      label={`${label}${words}`}
      {...(below.size > 0 && { mirrored: below })}
    />
  ));
  if (panes.length === 1) return charts;
  return panes.map(({ name }, at) => (
    <section key={name} className={chartStyles.multiple} aria-label={name}>
      <h4>{name}</h4>
      {charts[at]}
    </section>
  ));
}

/** Of events: how many, or a column over each second. Of maps and globals: which number, and whether its growth. */
function MeasureChoices({
  view,
  options,
  onOptions,
}: Pick<ViewProps<'chart'>, 'view' | 'options' | 'onOptions'>) {
  const events = isOfEvents(view);
  const { measure, statistic, split } = questionOf(view, options);
  const measures = [
    ...(events ? [{ value: EVENTS, label: 'events' }] : []),
    ...(view.of === 'globals' && view.measures.length > 1 ? [{ value: EVENTS, label: 'all variables' }] : []),
    ...measureChoices(view.measures),
  ];
  // All variables at a time are told each by what it is, until somebody wants them alike.
  const mixed = view.of === 'globals' && measure === undefined;
  const statistics: { value: Statistic | typeof NONE; label: string }[] = events
    ? (['avg', 'p50', 'p90', 'p99', 'min', 'max', 'rate'] as const).map((value) => ({
        value,
        label: value === 'rate' ? 'sum a second' : value,
      }))
    : [
        ...(mixed ? [{ value: NONE, label: 'what each is' } as const] : []),
        { value: 'rate', label: 'growth a second' },
        { value: 'value', label: 'as it is' },
      ];
  return (
    <>
      <Choice
        label="of"
        value={measure ?? EVENTS}
        options={measures}
        onChange={(value) =>
          onOptions({ measure: value === EVENTS ? undefined : value, statistic: undefined })
        }
      />
      {(measure !== undefined || !events) && (
        <Choice
          label="as"
          value={mixed ? (options.statistic ?? NONE) : statistic}
          options={statistics}
          onChange={(value) => onOptions({ statistic: value === NONE ? undefined : value })}
        />
      )}
      {events && (
        <Choice
          label="by"
          value={split ?? NONE}
          options={[{ value: NONE, label: '–' }, ...view.splits.map((value) => ({ value, label: value }))]}
          onChange={(value) => onOptions({ split: value === NONE ? undefined : value })}
        />
      )}
    </>
  );
}

/** Maps and globals have measures that grow; those of events are one number for each. */
function isOfEvents({ of }: ViewProps<'chart'>['view']): boolean {
  return of === 'events';
}

function questionOf(
  view: ViewProps<'chart'>['view'],
  options: ViewOptions,
): { measure: string | undefined; statistic: Statistic; split: string | undefined } {
  const chosen = chosenMeasure(view.measures, options.measure);
  const split =
    options.split !== undefined && view.splits.includes(options.split) ? options.split : undefined;
  if (isOfEvents(view)) {
    const measure = view.measures.find(({ column }) => column === options.measure)?.column;
    return { measure, statistic: options.statistic ?? (measure === undefined ? 'rate' : 'p99'), split };
  }
  const measure = view.of === 'globals' ? options.measure : chosen?.column;
  return {
    measure,
    statistic: options.statistic ?? (chosen?.growth === 'gauge' ? 'value' : 'rate'),
    split: undefined,
  };
}
