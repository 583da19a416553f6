import type { ViewOptions } from '@probepad/protocol/control/snippet';
import type { View } from '@probepad/protocol/views/view';
import { Choice } from './choice.tsx';
import { chosenMeasure, measureChoices } from './measures.ts';

type Distributed = Extract<View, { kind: 'histogram' | 'heatmap' }>;

/** What a histogram or heatmap is asked of: one of the source's own lists of slots, or a column of its events. */
export function distributedOf(
  view: Distributed,
  options: ViewOptions,
): { measure: string | undefined; slots: number } {
  if (view.slots.length === 0) {
    return { measure: chosenMeasure(view.measures, options.measure)?.column, slots: 0 };
  }
  const chosen = view.slots.findIndex(({ column }) => column === options.slots);
  return { measure: undefined, slots: Math.max(0, chosen) };
}

export function SlotsChoice({
  view,
  options,
  onOptions,
}: {
  view: Distributed;
  options: ViewOptions;
  onOptions(change: Partial<ViewOptions>): void;
}) {
  const { measure, slots } = distributedOf(view, options);
  if (view.slots.length === 0) {
    return (
      <Choice
        label="of"
        value={measure ?? ''}
        options={measureChoices(view.measures)}
        onChange={(value) => onOptions({ measure: value })}
      />
    );
  }
  return (
    <Choice
      label="of"
      value={view.slots[slots]?.column ?? ''}
      options={view.slots.map(({ column }) => ({ value: column, label: column || 'slots' }))}
      onChange={(value) => onOptions({ slots: value })}
    />
  );
}
