import { showUntil } from '../session/time-axis.ts';
import type { Unkept } from '../session/unkept.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { timeText } from './chart/series-table.ts';

/** Clocks of page and hosts may be matched anew in between: a little later there is something for certain. In seconds. */
const LATER = 0.5;

/** In place of what was at a moment of which nothing is kept any more. */
export function NotKept({ unkept: { from }, at }: { unkept: Unkept; at: number }) {
  return (
    <Empty icon="clock" title={`Nothing is kept of ${timeText(at)}`}>
      <p>The oldest that this page has here is of {timeText(from)}.</p>
      <Button onClick={() => showUntil(from + LATER)} data-testid="oldest-kept">
        Show that
      </Button>
    </Empty>
  );
}

/** The same of some hosts among others, in words; nothing where all have something. */
export function notKeptText(unkept: Unkept | undefined): string | undefined {
  return unkept && `without ${unkept.hosts.join(', ')}: not kept of then`;
}
