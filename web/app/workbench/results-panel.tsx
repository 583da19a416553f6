import { memo } from 'react';
import { workloadOf } from '../../src/library/workload.ts';
import { AbsentTargets } from '../../src/run/absent-targets.tsx';
import { CheckOffer } from '../../src/run/check-offer.tsx';
import { FailureList } from '../../src/run/failure-list.tsx';
import { RunProgress, StartRefused } from '../../src/run/run-progress.tsx';
import { StaleList } from '../../src/run/stale-list.tsx';
import { TargetNeeded } from '../../src/run/target-needed.tsx';
import { useCheck } from '../../src/session/check.ts';
import { leadingHost, useSession } from '../../src/session/hosts.ts';
import { isLive, useRuns } from '../../src/session/runs.ts';
import { useWorkspace } from '../../src/session/workspace.ts';
import { Empty } from '../../src/ui/empty.tsx';
import { LogView } from '../../src/views/log-view.tsx';
import { ProbeOutline } from '../../src/views/probe-outline.tsx';
import { Results } from '../../src/views/results.tsx';
import { useCurrentRun } from './use-problems.ts';

/** The run on screen, or what to do to have one. */
export const ResultsPanel = memo(function ResultsPanel() {
  const run = useCurrentRun();
  const error = useRuns((state) => state.error);
  const workload = useWorkload();
  const hint = workload ? (
    <>
      <p>To make it happen, on the host:</p>
      <pre data-testid="workload">{workload}</pre>
    </>
  ) : null;

  const refused = error && <StartRefused error={error} />;
  if (!run) {
    return (
      <>
        {refused}
        <BeforeRun />
      </>
    );
  }
  const statuses = Object.values(run.statuses);
  const failed =
    statuses.length > 0 &&
    statuses.every(
      ({ state, error: why, timing }) =>
        state === 'ended' && why !== undefined && timing.first_event === undefined,
    );
  const rejected = statuses.some(({ reason }) => reason === 'verifier_rejected');
  const known = Object.keys(run.schemas).length > 0 && !failed;
  return (
    <>
      {refused}
      <RunProgress run={run} />
      <TargetNeeded run={run} />
      <AbsentTargets run={run} />
      {failed && <StaleList />}
      {known && <Results run={run} hint={hint} />}
      {failed && <FailureList run={run} />}
      {failed && rejected && <LogView run={run.id} />}
      {!known && !failed && !isLive(run) && (
        <Empty title="This run's rows are no longer kept">
          <p>Ctrl+Enter runs the probe again.</p>
        </Empty>
      )}
    </>
  );
});

function BeforeRun() {
  const hosts = useSession((state) => state.hosts);
  const hub = useSession((state) => state.hub);
  const chosen = useWorkspace((state) => state.hosts);
  const schema = useCheck((state) => state.schema);
  const host = leadingHost(hosts, chosen);
  if (hub === undefined) return <Empty title="Connecting to the hub…" />;
  if (hosts.length === 0) {
    return (
      <Empty icon="hosts" title="No host yet">
        <p>
          A probe runs on a host: a machine with the Probepad agent. “Add host” shows the command that joins
          one.
        </p>
      </Empty>
    );
  }
  if (!host) {
    return (
      <Empty icon="hosts" title="Choose a host">
        <p>The list beside the Run button; several at once are fine.</p>
      </Empty>
    );
  }
  if (!host.online) {
    return (
      <Empty icon="hosts" title={`${host.name} is offline`}>
        <p>→ Start the agent on that host, or pick another host.</p>
      </Empty>
    );
  }
  return (
    <>
      <Empty icon="play" title={`Ctrl+Enter runs this on ${host.name}`}>
        <p>
          Every ring buffer, map, trace and global of the program becomes a live view; there is nothing else
          to write.
        </p>
      </Empty>
      <CheckOffer />
      {schema && <ProbeOutline schema={schema} />}
    </>
  );
}

/** How to make the template that the probe began as produce something. */
function useWorkload(): string | undefined {
  const origin = useWorkspace((state) => state.origin);
  const templates = useSession((state) => state.templates);
  if (origin.kind !== 'template') return undefined;
  const readme = templates?.find((template) => template.id === origin.id)?.readme;
  return readme === undefined ? undefined : workloadOf(readme);
}
