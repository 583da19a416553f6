import type { ExportedTable } from '@probepad/protocol/export/shown-table';
import type { NearEnd } from '@probepad/protocol/views/edges';
import { type ReactNode, useEffect, useState } from 'react';
import type { SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { noteKept, shownRange, useTimeAxis } from '../../session/time-axis.ts';
import type { Topology } from '../../session/topology.ts';
import { IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { amountText } from '../amount.ts';
import { Choice } from '../choice.tsx';
import { DownloadMenu } from '../download-menu.tsx';
import { useLive } from '../use-live.ts';
import { STILL } from '../use-shown-range.ts';
import styles from './topology.module.css';
import { TopologyGraph } from './topology-graph.tsx';
import { topologyPicture } from './topology-picture.ts';
import { edgeText, statusOf } from './topology-text.ts';

const NEAR_NAMES: Record<NearEnd, string> = {
  process: 'commands',
  address: 'addresses',
  port: 'addresses with ports',
};

/** Asked again so often while the time goes on, in ms. */
const TICK = 1000;

/** Who has to do with whom, in the time that the axis shows: as a graph, or as the table behind it. */
export function TopologyView({
  source,
  live,
  empty,
}: {
  source: SourceRef;
  live: boolean;
  empty: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  const [weight, setWeight] = useState('');
  const [near, setNear] = useState<NearEnd>();
  const [selected, setSelected] = useState<string>();
  const held = useTimeAxis((state) => state.held);
  const span = useTimeAxis((state) => state.span);
  const topology = useLive(
    source,
    `topology ${weight} ${near} ${held ? `${held.from} ${held.to}` : span}`,
    () => theDecoder().topology({ ...source, weight, near, range: shownRange(useTimeAxis.getState()) }),
    { every: live && !held ? TICK : STILL, clockOnly: live },
  );
  const kept = topology?.kept;
  useEffect(() => {
    if (kept) noteKept(kept);
  }, [kept]);

  if (topology === undefined) return <Empty title="Reading who has to do with whom…" />;
  if (kept === undefined) return empty;
  const { nodes, edges, weights } = topology;
  const keys = nodes.map(({ key }) => key);
  const place = selected === undefined ? -1 : keys.indexOf(selected);
  return (
    <div className={styles.view} data-testid="topology">
      <div className={styles.tools} role="toolbar" aria-label="Topology">
        <IconButton
          icon="table"
          small
          on={asTable}
          label="The numbers behind the picture"
          data-testid="topology-as-table"
          onClick={() => setAsTable(!asTable)}
        />
        <Choice<NearEnd>
          label="from"
          value={near ?? topology.near[0] ?? 'process'}
          options={topology.near.map((each) => ({ value: each, label: NEAR_NAMES[each] }))}
          onChange={setNear}
        />
        <Choice
          label="show"
          value={weight}
          options={weights.map(({ column, label }) => ({ value: column, label }))}
          onChange={setWeight}
        />
        <span className={styles.status} data-testid="topology-status">
          {statusOf(topology)}
        </span>
        <DownloadMenu
          source={source.source}
          view="topology"
          collect={() => exported(topology)}
          picture={
            edges.length > 0
              ? () => topologyPicture(topology, `${source.source}: who has to do with whom`)
              : undefined
          }
        />
      </div>
      {edges.length === 0 ? (
        <Empty title="Nothing was seen in the time that is shown" />
      ) : asTable ? (
        <EdgeTable topology={topology} label={`Edges of ${source.source}`} />
      ) : (
        <TopologyGraph
          topology={topology}
          label={`Topology of ${source.source}: arrows walk from node to node, Escape leaves`}
          selected={place < 0 ? undefined : place}
          onSelect={(node) => setSelected(node === undefined ? undefined : keys[node])}
        />
      )}
    </div>
  );
}

function rowsOf(topology: Topology): { key: string; cells: string[] }[] {
  const { nodes, edges, unit } = topology;
  const name = (at: number): string => nodes[at]?.label ?? '';
  return edges.map((edge) => ({
    key: `${edge.from} ${edge.to}`,
    cells: [name(edge.from), name(edge.to), amountText(edge.amount, unit), edgeText(topology, edge)],
  }));
}

const HEADS = ['from', 'to', 'in all', 'a second'];

function exported(topology: Topology): ExportedTable {
  return {
    columns: HEADS.map((name, at) =>
      at < 2 ? { name, align: 'text' } : { name, align: 'number', stored: 'float64' },
    ),
    rows: rowsOf(topology).map(({ cells }, at) => {
      const { amount = null, perSecond = null } = topology.edges[at] ?? {};
      return { cells, values: [...cells.slice(0, 2), amount, perSecond] };
    }),
  };
}

/** The heaviest first. */
function EdgeTable({ topology, label }: { topology: Topology; label: string }) {
  return (
    <div className={styles.table}>
      <table data-testid="topology-table" aria-label={label}>
        <thead>
          <tr>
            {HEADS.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(topology).map(({ key, cells: [from, to, amount, rate] }) => (
            <tr key={key}>
              <th scope="row">{from}</th>
              <td>{to}</td>
              <td className={styles.number}>{amount}</td>
              <td className={styles.number}>{rate}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
