import { type RefObject, useState } from 'react';
import type { FlameGraph } from '../../session/flame.ts';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Popover } from '../../ui/popover.tsx';
import { amountText } from '../amount.ts';
import { Choice } from '../choice.tsx';
import { DownloadMenu, type Downloads } from '../download-menu.tsx';
import { groupDigits, percentText } from '../numbers.ts';
import styles from './flame.module.css';
import {
  comparisons,
  comparisonValue,
  type FlameHosts,
  type FlameOptions,
  withComparison,
} from './flame-settings.ts';

/** What the user set about a flame graph on this page alone. */
export interface FlameLook {
  search: string;
  asTable: boolean;
}

/** The bar above a flame graph: one line, with what is changed less often behind a button. */
export function FlameTools({
  source,
  graph,
  hosts,
  look,
  options,
  share,
  searchField,
  downloads,
  onLook,
  onOptions,
  onKeep,
  onLeaveSearch,
}: {
  source: string;
  graph: FlameGraph;
  hosts: FlameHosts;
  look: FlameLook;
  options: FlameOptions;
  /** Of all that is shown, in what the search found; undefined while nothing is searched for. */
  share: number | undefined;
  searchField: RefObject<HTMLInputElement | null>;
  downloads: Downloads;
  onLook(change: Partial<FlameLook>): void;
  onOptions(change: Partial<FlameOptions>): void;
  onKeep(): void;
  /** `isFound`: what was found is to be selected. */
  onLeaveSearch(isFound: boolean): void;
}) {
  const [open, setOpen] = useState(false);
  const total = graph.tree.totals[0] ?? 0;
  const splits = [...graph.splits, ...(graph.hosts > 1 ? ['host'] : [])];
  const isSet = (options.measure ?? options.split ?? options.grows) !== undefined;
  return (
    <div className={styles.tools} role="toolbar" aria-label="Flame graph">
      <IconButton
        icon="table"
        small
        on={look.asTable}
        label="The numbers behind the picture"
        data-testid="flame-as-table"
        onClick={() => onLook({ asTable: !look.asTable })}
      />
      <Popover
        label="What is drawn, and how"
        open={open}
        onOpenChange={setOpen}
        trigger={
          <IconButton
            icon="params"
            small
            on={isSet}
            label="What is drawn, and how"
            data-testid="flame-settings"
          />
        }
      >
        <div className={styles.settings}>
          <Choice
            label="show"
            value={options.measure ?? ''}
            options={graph.weights.map(({ column, label }, at) => ({ value: at === 0 ? '' : column, label }))}
            onChange={(measure) => onOptions({ measure: measure === '' ? undefined : measure })}
          />
          {splits.length > 0 && (
            <Choice
              label="split by"
              value={options.split ?? ''}
              options={[
                { value: '', label: 'nothing' },
                ...splits.map((each) => ({ value: each, label: each })),
              ]}
              onChange={(split) => onOptions({ split: split === '' ? undefined : split })}
            />
          )}
          <Choice
            label="grow"
            value={options.grows ?? 'down'}
            options={[
              { value: 'down', label: 'down, as icicles' },
              { value: 'up', label: 'up, as flames' },
            ]}
            onChange={(grows) => onOptions({ grows: grows === 'up' ? grows : undefined })}
          />
        </div>
      </Popover>
      <label className={styles.search}>
        <Icon name="search" size={13} />
        <input
          ref={searchField}
          value={look.search}
          placeholder="function or /pattern/"
          aria-label="Search functions"
          aria-invalid={graph.problem !== undefined}
          spellCheck={false}
          onChange={(event) => onLook({ search: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return;
            event.preventDefault();
            if (event.key === 'Escape') onLook({ search: '' });
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
      {hosts.length > 1 && (
        <Choice
          label="host"
          quiet
          value={options.host ?? ''}
          options={[
            { value: '', label: 'all hosts' },
            ...hosts.map(({ name }) => ({ value: name, label: name })),
          ]}
          onChange={(host) =>
            onOptions({
              host: host === '' ? undefined : host,
              // A host against itself, or all against one of them, tells nothing.
              ...(options.against === 'host' &&
                (host === '' || host === options.other) && { against: undefined, other: undefined }),
            })
          }
        />
      )}
      <Choice
        label="compare with"
        quiet
        value={comparisonValue(options)}
        options={comparisons(graph, hosts, options)}
        onChange={(value) => onOptions(withComparison(value, options, hosts))}
      />
      <IconButton
        icon="save"
        small
        label="Keep what is shown as baseline, to compare other moments or runs with"
        data-testid="flame-keep"
        disabled={total === 0}
        onClick={onKeep}
      />
      <span className={styles.status} data-testid="flame-status" title={statusOf(graph, total)}>
        {statusOf(graph, total)}
      </span>
      <DownloadMenu source={source} view="flame" {...downloads} />
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
