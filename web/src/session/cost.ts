import type { CostReport } from '@probepad/protocol/control/cost';
import { errorOf, type ProbepadError } from '@probepad/protocol/errors';
import { create } from 'zustand';
import { probeInput } from './run-actions.ts';
import { request } from './session.ts';

/** What was measured last, by host, and what is being measured now. */
interface Costs {
  measuring: boolean;
  reports: Record<string, CostReport | ProbepadError>;
}

export const useCosts = create<Costs>(() => ({ measuring: false, reports: {} }));

/** Measures what the probe on screen costs those that it traces, on each of these hosts. */
export async function measureCosts(hosts: readonly string[]): Promise<void> {
  if (useCosts.getState().measuring) return;
  useCosts.setState({ measuring: true, reports: {} });
  const probe = probeInput();
  await Promise.all(
    hosts.map(async (host) => {
      const report = await request('cost.measure', { host, probe }).catch(errorOf);
      useCosts.setState(({ reports }) => ({ reports: { ...reports, [host]: report } }));
    }),
  );
  useCosts.setState({ measuring: false });
}
