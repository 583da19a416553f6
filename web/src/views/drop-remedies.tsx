import type { Source } from '@probepad/protocol/schema';
import { countsOf, type RunView } from '../session/runs.ts';
import styles from './overview.module.css';

type Place = 'kernel' | 'agent' | 'hub' | 'viewer';

/** What can be done about records that were dropped, by the place where they were. */
export const DROP_REMEDIES: Record<Place, string> = {
  kernel:
    'its buffer in the kernel was full. Make it larger (max_entries), filter earlier in the program, or add up in a map in place of sending every event.',
  agent:
    'the host sends more than its connection to the hub takes. Filter earlier in the program, send smaller records, or add up in a map.',
  hub: 'the hub could not pass on what came. Filter earlier in the program, or run on fewer hosts at once.',
  viewer:
    'this page could not take them; other viewers and the counts miss nothing. Filter earlier in the program, or close other charts.',
};

/** One line for each source and place that dropped something. */
export function DropRemedies({ run, sources }: { run: RunView; sources: readonly Source[] }) {
  const lines = sources.flatMap(({ name }) => {
    const { dropped } = countsOf(run, name);
    return (Object.keys(DROP_REMEDIES) as Place[])
      .filter((place) => dropped[place] > 0)
      .map((place) => ({ name, place }));
  });
  if (lines.length === 0) return null;
  return (
    <ul className={styles.remarks} data-testid="drop-remedies">
      {lines.map(({ name, place }) => (
        <li key={`${name} ${place}`}>
          <code>{name}</code>, {place}: {DROP_REMEDIES[place]}
        </li>
      ))}
    </ul>
  );
}
