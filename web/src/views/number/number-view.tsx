import type { Series } from '../../session/aggregates.ts';
import { theDecoder } from '../../session/session.ts';
import { exportOfSeries } from '../chart/series-table.ts';
import { Choice } from '../choice.tsx';
import { numberPicture } from '../picture/number-picture.ts';
import type { Picture } from '../picture/picture.ts';
import { quantityText } from '../quantity.ts';
import styles from '../table.module.css';
import { useOverTime } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { ViewTools } from '../view-tools.tsx';
import own from './number.module.css';
import { Sparkline } from './sparkline.tsx';

/** A spark needs no more points than it has pixels. */
const SPARK_POINTS = 160;
const NUMBERS_MAX = 64;

/** A few numbers, large, each with how it came to that. At the axis' cursor where it is on one. */
export function NumberView({ source, view, live, options, onOptions, empty }: ViewProps<'number'>) {
  const statistic =
    options.statistic === 'value' || options.statistic === 'rate' ? options.statistic : undefined;
  const measures = view.measures.map(({ column }) => column).join();
  const series = useOverTime(source, `${measures} ${statistic}`, live, async (range) => {
    const asked = { ...source, range, statistic, points: SPARK_POINTS, top: NUMBERS_MAX };
    // Of globals each variable is a line already; of a map's one entry each member is asked for.
    if (view.of === 'globals') return theDecoder().series(asked);
    const all = await Promise.all(
      view.measures.map(({ column }) => theDecoder().series({ ...asked, measure: column })),
    );
    return { ...(all[0] ?? { times: [], lines: [] }), unit: '', each: all };
  });
  const numbers = series ? numbersOf(view, series) : [];
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <Choice
            label="as"
            value={statistic ?? 'proposed'}
            options={[
              { value: 'proposed', label: 'by their names' },
              { value: 'rate', label: 'growth a second' },
              { value: 'value', label: 'as they are' },
            ]}
            onChange={(value) => onOptions({ statistic: value === 'proposed' ? undefined : value })}
          />
        }
        status={{ text: '', testId: 'number-count' }}
        collect={series && numbers.length > 0 ? () => exportOfSeries(series) : undefined}
        view="numbers"
        picture={numbers.length > 0 ? () => pictureOf(source.source, numbers) : undefined}
      />
      {numbers.length === 0 && empty}
      {numbers.length > 0 && (
        <dl className={own.page} data-testid="numbers">
          {numbers.map(({ label, unit, times, values }) => (
            <div key={label} className={own.number}>
              <dt>{label}</dt>
              <dd data-testid="number">{newestText({ unit, values })}</dd>
              <Sparkline times={times} values={values} />
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function newestText({ unit, values }: Pick<Shown, 'unit' | 'values'>): string {
  return quantityText(values.findLast((value) => value !== null) ?? Number.NaN, unit);
}

function pictureOf(title: string, numbers: readonly Shown[]): Picture {
  return numberPicture({ title, numbers: numbers.map((each) => ({ ...each, text: newestText(each) })) });
}

interface Shown {
  label: string;
  unit: string;
  times: readonly number[];
  values: readonly (number | null)[];
}

function numbersOf(view: ViewProps<'number'>['view'], series: Series & { each?: Series[] }): Shown[] {
  if (!series.each) {
    return series.lines.map(({ label, unit = series.unit, values }) => ({
      label,
      unit,
      times: series.times,
      values,
    }));
  }
  return series.each.flatMap(({ lines, times, unit }, at) =>
    lines.map(({ label, values }) => ({
      label:
        lines.length === 1
          ? view.measures[at]?.column || label
          : [view.measures[at]?.column, label].filter(Boolean).join(' · '),
      unit,
      times,
      values,
    })),
  );
}
