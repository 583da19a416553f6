import { useRef, useState } from 'react';
import { theDecoder } from '../../session/session.ts';
import { IconButton } from '../../ui/button.tsx';
import { comparedPair, NeitherHost, PairChoice } from '../compared-pair.tsx';
import { unfinishedText } from '../counted-text.ts';
import { HostChoice } from '../host-choice.tsx';
import { distributedOf, SlotsChoice } from '../slots-choice.tsx';
import styles from '../table.module.css';
import { useOverTime } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { ViewTools } from '../view-tools.tsx';
import { CountMaps, exportOfCounts, pictureOfCounts } from './count-maps.tsx';
import { exportOfDifference, pictureOfDifference } from './difference-files.ts';
import { DifferenceMap } from './difference-map.tsx';
import own from './heatmap.module.css';
import { differenceOf } from './host-difference.ts';
import { largestCount } from './shade.ts';

/** Pixels that a column is wide at least. */
const COLUMN_LEAST = 5;
const WIDTH_DEFAULT = 800;

/** A histogram over time: each column a moment, each row values of one size, the brighter the more of them came. */
export function HeatmapView({
  source,
  view,
  live,
  hosts,
  options,
  onOptions,
  empty,
}: ViewProps<'histogram' | 'heatmap'>) {
  const [asTable, setAsTable] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const { measure, slots } = distributedOf(view, options);
  const together = options.hosts ?? 'multiples';
  const maps = useOverTime(source, JSON.stringify([measure, slots, together]), live, (range) =>
    theDecoder().heatmaps({
      ...source,
      range,
      measure,
      slots,
      points: Math.floor((frame.current?.clientWidth ?? WIDTH_DEFAULT) / COLUMN_LEAST),
      hosts: together === 'merged' ? 'merged' : 'apart',
    }),
  );
  const filled = (maps ?? []).filter(({ times }) => times.length > 0);
  const pair = together === 'versus' ? comparedPair(hosts, options) : undefined;
  const difference = pair && differenceOf(filled, pair);
  // Of two hosts that have counted nothing there is nothing to show, whatever a third has.
  const isShown = filled.length > 0 && (pair === undefined || difference !== undefined);
  const most = isShown ? largestCount(filled) : 0;
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
              label="The numbers behind the colours"
              data-testid="heatmap-as-table"
              onClick={() => setAsTable(!asTable)}
            />
            <SlotsChoice view={view} options={options} onOptions={onOptions} />
            <HostChoice
              hosts={hosts}
              value={together}
              kinds={['multiples', 'merged', 'versus']}
              onChange={(value) => onOptions({ hosts: value })}
            />
            {together === 'versus' && <PairChoice hosts={hosts} options={options} onOptions={onOptions} />}
          </>
        }
        status={{
          text: [...(filled[0] ? [`${filled[0].step} s a column`] : []), ...unfinishedText(maps)].join(' · '),
          testId: 'heatmap-step',
        }}
        collect={
          isShown ? () => (difference ? exportOfDifference(difference) : exportOfCounts(filled)) : undefined
        }
        view="heatmap"
        picture={
          most > 0
            ? () =>
                difference
                  ? pictureOfDifference(difference, source.source)
                  : pictureOfCounts(filled, most, source.source)
            : undefined
        }
      />
      <div ref={frame} className={own.page}>
        {most === 0 && (pair && largestCount(filled) > 0 ? <NeitherHost pair={pair} /> : empty)}
        {most > 0 &&
          (difference ? (
            <DifferenceMap difference={difference} asTable={asTable} />
          ) : (
            <CountMaps maps={filled} most={most} asTable={asTable} />
          ))}
      </div>
    </div>
  );
}
