import { theDecoder } from '../../session/session.ts';
import { useTimeAxis } from '../../session/time-axis.ts';
import { timeText } from '../chart/series-table.ts';
import { Choice } from '../choice.tsx';
import { numberPicture } from '../picture/number-picture.ts';
import styles from '../table.module.css';
import { useOverTime } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { ViewTools } from '../view-tools.tsx';
import own from './number.module.css';
import { exportOfNumbers, numbersOf, textAt } from './numbers-shown.ts';
import { Sparkline } from './sparkline.tsx';

/** A spark needs no more points than it has pixels. */
const SPARK_POINTS = 160;
const NUMBERS_MAX = 64;

/** A few numbers, large, each with how it came to that: the newest, or while the axis' cursor is on a moment those of that. */
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
  const cursor = useTimeAxis((axis) => (axis.run === source.run ? axis.cursor : undefined));
  const numbers = (series ? numbersOf(view, series) : []).map((each) => ({
    ...each,
    text: textAt(each, cursor),
  }));
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
        status={{
          text: cursor === undefined ? '' : `at ${timeText(cursor)}`,
          testId: 'number-count',
          still: cursor !== undefined,
        }}
        collect={numbers.length > 0 ? () => exportOfNumbers(numbers) : undefined}
        view="numbers"
        picture={numbers.length > 0 ? () => numberPicture({ title: source.source, numbers }) : undefined}
      />
      {numbers.length === 0 && empty}
      {numbers.length > 0 && (
        <dl className={own.page} data-testid="numbers">
          {numbers.map(({ label, text, times, values }) => (
            <div key={label} className={own.number}>
              <dt>{label}</dt>
              <dd data-testid="number">{text}</dd>
              <Sparkline times={times} values={values} />
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
