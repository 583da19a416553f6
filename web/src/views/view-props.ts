import type { ViewOptions } from '@probepad/protocol/control/snippet';
import type { View, ViewKind } from '@probepad/protocol/views/view';
import type { ReactNode } from 'react';
import type { SourceRef } from '../session/decoder.ts';

/** What every view of a source is given. */
export interface ViewProps<K extends ViewKind = ViewKind> {
  source: SourceRef;
  view: Extract<View, { kind: K }>;
  live: boolean;
  /** The hosts of the run, in a fixed order. */
  hosts: readonly { id: string; name: string }[];
  /** What the user chose for this view; absent members are as proposed. */
  options: ViewOptions;
  onOptions(change: Partial<ViewOptions>): void;
  /** Shown while there is nothing. */
  empty: ReactNode;
}
