import type { RefObject } from 'react';
import type { FlameGraph } from '../../session/flame.ts';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { amountText } from '../amount.ts';
import { Choice } from '../choice.tsx';
import { groupDigits, percentText } from '../numbers.ts';
import styles from './flame.module.css';
import { FlameDownload } from './flame-download.tsx';
import type { Against } from './use-flame.ts';

/** What the user set about a flame graph. */
export interface FlameSettings {
  search: string;
  /** Column of the weight; empty: the first. */
  weight: string;
  /** Column; empty: all together. */
  split: string;
  compare: Against;
  rising: boolean;
  asTable: boolean;
}

/** The bar above a flame graph. */
export function FlameTools({
  source,
  graph,
  settings,
  share,
  searchField,
  onChange,
  onKeep,
  onLeaveSearch,
}: {
  source: string;
  graph: FlameGraph;
  settings: FlameSettings;
  /** Of all that is shown, in what the search found; undefined while nothing is searched for. */
  share: number | undefined;
  searchField: RefObject<HTMLInputElement | null>;
  onChange(change: Partial<FlameSettings>): void;
  onKeep(): void;
  /** `isFound`: what was found is to be selected. */
  onLeaveSearch(isFound: boolean): void;
}) {
  const total = graph.tree.totals[0] ?? 0;
  const splits = [...graph.splits, ...(graph.hosts > 1 ? ['host'] : [])];
  return (
    <div className={styles.tools} role="toolbar" aria-label="Flame graph">
      <IconButton
        icon="table"
        small
        on={settings.asTable}
        label="The numbers behind the picture"
        data-testid="flame-as-table"
        onClick={() => onChange({ asTable: !settings.asTable })}
      />
      <IconButton
        icon="up"
        small
        on={settings.rising}
        label="Flames that rise, in place of icicles"
        data-testid="flame-rising"
        onClick={() => onChange({ rising: !settings.rising })}
      />
      <label className={styles.search}>
        <Icon name="search" size={13} />
        <input
          ref={searchField}
          value={settings.search}
          placeholder="function or /pattern/"
          aria-label="Search functions"
          aria-invalid={graph.problem !== undefined}
          spellCheck={false}
          onChange={(event) => onChange({ search: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return;
            event.preventDefault();
            if (event.key === 'Escape') onChange({ search: '' });
            onLeaveSearch(event.key === 'Enter');
          }}
        />
      </label>
      {graph.problem !== undefined ? (
        <span className={styles.problem} role="alert">
          {graph.problem}
        </span>
      ) : (
        share !== undefined && (
          <span className={styles.matched} data-testid="flame-matched">
            {percentText(share)} matched
          </span>
        )
      )}
      {graph.weights.length > 1 && (
        <Choice
          label="show"
          value={settings.weight}
          options={graph.weights.map(({ column, label }, at) => ({ value: at === 0 ? '' : column, label }))}
          onChange={(weight) => onChange({ weight })}
        />
      )}
      {splits.length > 0 && (
        <Choice
          label="split by"
          value={settings.split}
          options={[{ value: '', label: 'nothing' }, ...splits.map((each) => ({ value: each, label: each }))]}
          onChange={(split) => onChange({ split })}
        />
      )}
      <Choice
        label="compare with"
        value={settings.compare}
        options={[
          { value: 'nothing', label: 'nothing' },
          { value: 'before', label: 'the time before' },
          ...(graph.baseline ? [{ value: 'baseline' as const, label: 'the baseline' }] : []),
        ]}
        onChange={(compare) => onChange({ compare })}
      />
      <IconButton
        icon="save"
        small
        label="Keep what is shown as baseline, to compare other moments or runs with"
        data-testid="flame-keep"
        disabled={total === 0}
        onClick={onKeep}
      />
      <span className={styles.status} data-testid="flame-status">
        {statusOf(graph, total)}
      </span>
      <FlameDownload source={source} graph={graph} />
    </div>
  );
}

function statusOf({ unit, stacks, unnamed, leftOut, tree }: FlameGraph, total: number): string {
  const amount = unit === 'count' ? `${groupDigits(total)} samples` : amountText(total, unit);
  return [
    amount,
    `${groupDigits(stacks)} stacks`,
    ...(unnamed > 0 ? [`${groupDigits(unnamed)} addresses without a name`] : []),
    ...(leftOut > 0 ? [`${groupDigits(leftOut)} samples left out`] : []),
    ...(tree.cut ? ['cut: too many frames to draw'] : []),
  ].join(' · ');
}
