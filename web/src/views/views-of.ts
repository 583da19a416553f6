import type { Source } from '@probepad/protocol/schema';
import type { IconName } from '../ui/icon.tsx';

export type ViewKind = 'table' | 'chart' | 'histogram' | 'values';

/** How each kind of view is named and drawn. */
export const VIEW_NAMES: Record<ViewKind, { label: string; icon: IconName }> = {
  table: { label: 'Table', icon: 'table' },
  chart: { label: 'Over time', icon: 'chart' },
  histogram: { label: 'Histogram', icon: 'bars' },
  values: { label: 'Values', icon: 'values' },
};

/** The views that a source can have, the proposed one first. `histogram`: its values are log2 slots. */
export function viewsOf(source: Source, histogram: boolean): ViewKind[] {
  switch (source.kind) {
    case 'globals':
      return ['values'];
    case 'text':
    case 'events':
    case 'trace':
      return ['table', 'chart'];
    case 'map':
      if (histogram) return ['histogram', 'table'];
      return ['table', 'chart'];
  }
}
