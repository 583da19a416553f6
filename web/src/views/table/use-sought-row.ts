import { useEffect, useRef } from 'react';
import { useTimeAxis } from '../../session/time-axis.ts';

/** Goes to the row of a moment that somebody asked for on a chart, also when that was before the table was on screen. */
export function useSoughtRow(table: {
  run: string;
  /** Rows are in the order of their moments. */
  canSeek: boolean;
  hold(): void;
  /** Of the row that came last by the moment. */
  placeOf(moment: number): Promise<number | undefined>;
  go(place: number): void;
}): void {
  const { run, canSeek } = table;
  const sought = useTimeAxis((axis) => (axis.run === run ? axis.sought : undefined));
  const now = useRef(table);
  now.current = table;
  const done = useRef<typeof sought>(undefined);
  useEffect(() => {
    if (!sought || !canSeek || done.current === sought) return;
    done.current = sought;
    now.current.hold();
    void now.current.placeOf(sought.until).then((place) => {
      if (place !== undefined) now.current.go(place);
    });
  }, [sought, canSeek]);
}
