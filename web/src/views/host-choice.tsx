import type { ViewOptions } from '@probepad/protocol/control/snippet';
import { Choice } from './choice.tsx';

export type HostsShown = NonNullable<ViewOptions['hosts']>;

const LABELS: Record<HostsShown, string> = {
  apart: 'each in its colour',
  merged: 'as one',
  multiples: 'one chart each',
  versus: 'one against another',
};

/** How several hosts share a view. */
export function HostChoice({
  hosts,
  value,
  kinds,
  onChange,
}: {
  hosts: readonly unknown[];
  value: HostsShown;
  kinds: readonly HostsShown[];
  onChange(value: HostsShown): void;
}) {
  if (hosts.length < 2) return null;
  return (
    <Choice
      label="hosts"
      value={value}
      options={kinds.map((kind) => ({ value: kind, label: LABELS[kind] }))}
      onChange={onChange}
    />
  );
}
