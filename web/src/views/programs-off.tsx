import { escapeControls } from '@probepad/protocol/values/escape';
import type { RunView } from '../session/runs.ts';

/** More than these are in the overview. */
const OFF_SHOWN = 6;

/** What may be the reason that nothing comes: programs that are off, or could not be attached. */
export function ProgramsOff({ run }: { run: RunView }) {
  const off = new Map(
    Object.values(run.statuses).flatMap(({ programs }) =>
      programs
        .filter(({ state, detail }) => (state === 'off' || state === 'failed') && detail !== '')
        // Another program does what these would do.
        .filter(({ detail }) => !detail.endsWith('does the same'))
        .map(({ name, detail }): [string, string] => [name, detail]),
    ),
  );
  if (off.size === 0) return null;
  return (
    <ul>
      {[...off].slice(0, OFF_SHOWN).map(([name, detail]) => (
        <li key={name}>
          <code>{name}</code> is off: {escapeControls(detail)}
        </li>
      ))}
      {off.size > OFF_SHOWN && <li>and {off.size - OFF_SHOWN} more in the overview</li>}
    </ul>
  );
}
