/** Memory that the histories of a page share. */
export interface Budget {
  join(holder: Holder): void;
  leave(holder: Holder): void;
  /** A holder has come to hold so many bytes more, or fewer. */
  changed(bytes: number): void;
}

export interface Holder {
  readonly bytes: number;
  /** Gives up what is oldest. @returns whether there was anything to give up */
  giveUp(): boolean;
}

/** Bytes of rows that a page keeps: a million records of 150 bytes, and room in the tab for everything else. */
export const HISTORY_BYTES_MAX = 176 * 1024 * 1024;

/** Whoever holds most gives up first: a busy source doesn't push the few rows of a quiet one out. */
export function createBudget(bytesMax = HISTORY_BYTES_MAX): Budget {
  const holders = new Set<Holder>();
  let held = 0;
  return {
    join(holder) {
      holders.add(holder);
      held += holder.bytes;
    },
    leave(holder) {
      if (holders.delete(holder)) held -= holder.bytes;
    },
    changed(bytes) {
      held += bytes;
      while (held > bytesMax) {
        let most: Holder | undefined;
        for (const holder of holders) if (holder.bytes > (most?.bytes ?? 0)) most = holder;
        if (!most?.giveUp()) return;
      }
    },
  };
}
