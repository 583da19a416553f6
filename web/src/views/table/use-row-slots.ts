import { useRef } from 'react';

/**
 * Which element shows a row: one of `count`, by places that go on and on. Where few rows have come each moves on with its element, and only those are
 * drawn; where all are new elements stay where they are, for to move one costs more than its texts do.
 * @param head newest row of a list that others are put on top of; undefined where places stand for themselves
 */
export function useRowSlots(head: number | undefined, count: number): (place: number) => string {
  const before = useRef({ head: 0, slot: 0 });
  if (head !== undefined && head !== before.current.head) {
    const come = head - before.current.head;
    const isNear = Math.abs(come) < count / 2;
    before.current = { head, slot: isNear ? before.current.slot + come : before.current.slot };
  }
  const first = head === undefined ? 0 : before.current.slot;
  // Places grow downwards, the rows' numbers upwards.
  return (place) => String((((first - place) % count) + count) % count);
}
