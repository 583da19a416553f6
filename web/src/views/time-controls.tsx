import { useEffect, useState } from 'react';
import { countsOf, isLive, type RunView, sourcesOf, streams } from '../session/runs.ts';
import {
  followTime,
  openTimeAxis,
  panTime,
  shownRange,
  togglePause,
  useTimeAxis,
  zoomTime,
} from '../session/time-axis.ts';
import { IconButton } from '../ui/button.tsx';
import { names } from '../ui/names.ts';
import { timeText } from './chart/series-table.ts';
import { groupDigits } from './numbers.ts';
import styles from './time-controls.module.css';

/** The time axis of the run: what all views show of it, and how to move that. */
export function TimeControls({ run }: { run: RunView }) {
  const live = isLive(run);
  useEffect(() => openTimeAxis(run.id, live), [run.id, live]);
  const axis = useTimeAxis();
  const missed = useMissed(run, axis.held !== undefined);
  const { from, to } = shownRange(axis);
  return (
    <div className={styles.controls} role="toolbar" aria-label="Time">
      <span className={names(styles.range, axis.held && styles.held)} data-testid="time-range">
        {axis.held
          ? `${timeText(from)} – ${timeText(to)}`
          : live
            ? `last ${spanText(to - from)}`
            : spanText(to - from)}
        {missed > 0 && ` · ${groupDigits(missed)} new`}
      </span>
      <IconButton
        icon="left"
        small
        label="Back"
        keys="←"
        data-testid="time-back"
        onClick={() => panTime(-0.5)}
      />
      <IconButton
        icon={axis.held ? 'play' : 'pause'}
        small
        on={axis.held !== undefined}
        label={axis.held ? 'Follow the newest' : 'Hold all views still'}
        keys="Space"
        data-testid="time-pause"
        onClick={togglePause}
      />
      <IconButton
        icon="chevron"
        small
        label="Forward"
        keys="→"
        disabled={!axis.held}
        onClick={() => panTime(0.5)}
      />
      <IconButton
        icon="plus"
        small
        label="Closer"
        keys="+"
        data-testid="time-closer"
        onClick={() => zoomTime(0.5)}
      />
      <IconButton
        icon="minus"
        small
        label="Further"
        keys="−"
        data-testid="time-further"
        onClick={() => zoomTime(2)}
      />
      <IconButton
        icon="follow"
        small
        label="To the newest"
        keys="End"
        disabled={!axis.held}
        data-testid="time-follow"
        onClick={followTime}
      />
    </div>
  );
}

/** Records that came since the axis is held: they are kept, and there when it follows again. */
function useMissed(run: RunView, held: boolean): number {
  const produced = sourcesOf(run)
    .filter(({ kind }) => streams(kind))
    .reduce((sum, { name }) => sum + countsOf(run, name).delivered, 0);
  const [before, setBefore] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what counts is what there was when it was held
  useEffect(() => setBefore(held ? produced : undefined), [held, run.id]);
  return before === undefined ? 0 : Math.max(0, produced - before);
}

function spanText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  return `${Number((whole / 3600).toPrecision(2))} h`;
}
