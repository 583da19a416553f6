import type { NearEnd } from '@probepad/protocol/views/edges';
import { useState } from 'react';
import { theDecoder } from '../../session/session.ts';
import { shownRange, useTimeAxis } from '../../session/time-axis.ts';
import { IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Choice } from '../choice.tsx';
import { DownloadMenu } from '../download-menu.tsx';
import { HostChoice } from '../host-choice.tsx';
import { useLive } from '../use-live.ts';
import { STILL, useNoteKept } from '../use-shown-range.ts';
import type { ViewProps } from '../view-props.ts';
import { edgeRows } from './edge-rows.ts';
import { EdgeTable } from './edge-table.tsx';
import { graphsOf, type HostGraph } from './host-graphs.ts';
import styles from './topology.module.css';
import { TopologyGraph } from './topology-graph.tsx';
import { topologyPicture } from './topology-picture.ts';
import { statusOf } from './topology-text.ts';

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
  hosts,
  options,
  onOptions,
  empty,
}: Omit<ViewProps<'topology'>, 'view'>) {
  const [asTable, setAsTable] = useState(false);
  const { measure: weight, near, hosts: together = 'apart' } = options;
  const held = useTimeAxis((state) => state.held);
  const span = useTimeAxis((state) => state.span);
  const question = { weight, near, hosts: together === 'merged' ? together : undefined };
  const topology = useLive(
    source,
    `topology ${JSON.stringify(question)} ${held ? `${held.from} ${held.to}` : span}`,
    () => theDecoder().topology({ ...source, ...question, range: shownRange(useTimeAxis.getState()) }),
    { every: live && !held ? TICK : STILL, clockOnly: live },
  );
  const kept = topology?.kept;
  useNoteKept(kept);

  if (topology === undefined) return <Empty title="Reading who has to do with whom…" />;
  if (kept === undefined) return empty;
  const isDrawn = topology.edges.length > 0;
  const graphs = graphsOf(topology, hosts, together === 'multiples');
  const title = `${source.source}: who has to do with whom`;
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
          value={topology.shown}
          options={topology.near.map((each) => ({ value: each, label: NEAR_NAMES[each] }))}
          onChange={(chosen) => onOptions({ near: chosen })}
        />
        <Choice
          label="show"
          value={topology.weight}
          options={topology.weights.map(({ column, label }) => ({ value: column, label }))}
          onChange={(measure) => onOptions({ measure })}
        />
        <HostChoice
          hosts={hosts}
          value={together}
          kinds={['apart', 'merged', 'multiples']}
          onChange={(value) => onOptions({ hosts: value })}
        />
        <span className={styles.status} data-testid="topology-status">
          {statusOf(topology)}
        </span>
        <DownloadMenu
          source={source.source}
          view="topology"
          collect={() => edgeRows(topology)}
          picture={isDrawn ? () => topologyPicture(graphs, title) : undefined}
        />
      </div>
      {!isDrawn ? (
        <Empty title="Nothing was seen in the time that is shown" />
      ) : asTable ? (
        <EdgeTable topology={topology} label={`Edges of ${source.source}`} />
      ) : (
        <Graphs graphs={graphs} name={source.source} />
      )}
    </div>
  );
}

/** One graph of all hosts, or one of each. */
function Graphs({ graphs, name }: { graphs: readonly HostGraph[]; name: string }) {
  const [selected, setSelected] = useState<string>();
  const walked = 'arrows walk from node to node, Escape leaves';
  const [only] = graphs;
  if (only?.name === '') {
    return (
      <TopologyGraph
        graph={only}
        label={`Topology of ${name}: ${walked}`}
        selected={selected}
        onSelect={setSelected}
      />
    );
  }
  return (
    <div className={styles.multiples}>
      {graphs.map((graph) => (
        <section key={graph.name} className={styles.multiple} aria-label={graph.name}>
          <h4>{graph.name}</h4>
          {graph.topology.edges.length === 0 ? (
            <p>Nothing was seen on it in the time that is shown.</p>
          ) : (
            <TopologyGraph
              graph={graph}
              label={`Topology of ${name} on ${graph.name}: ${walked}`}
              selected={selected}
              onSelect={setSelected}
            />
          )}
        </section>
      ))}
    </div>
  );
}
