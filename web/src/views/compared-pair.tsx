import type { ViewOptions } from '@probepad/protocol/control/snippet';
import { Empty } from '../ui/empty.tsx';
import { Choice } from './choice.tsx';
import type { ViewProps } from './view-props.ts';

type Host = ViewProps['hosts'][number];

/** The two hosts that a view of one against another compares: those that were chosen, else the first two; undefined of a single host. */
export function comparedPair(
  hosts: readonly Host[],
  { host, other }: ViewOptions,
): [left: Host, right: Host] | undefined {
  const left = hosts.find(({ name }) => name === host) ?? hosts.find(({ name }) => name !== other);
  const rest = hosts.filter((each) => each !== left);
  const right = rest.find(({ name }) => name === other) ?? rest[0];
  return left && right && [left, right];
}

/** In place of a comparison of two hosts that have sent nothing, where a third one has. */
export function NeitherHost({ pair: [left, right] }: { pair: readonly [left: Host, right: Host] }) {
  return (
    <Empty icon="hosts" title={`Nothing of ${left.name} and ${right.name} to compare`}>
      <p>Other hosts have sent something: choose two of them above.</p>
    </Empty>
  );
}

/** Which two of several hosts are compared; of two there is nothing to choose. */
export function PairChoice({
  hosts,
  options,
  onOptions,
}: Pick<ViewProps, 'hosts' | 'options' | 'onOptions'>) {
  const pair = comparedPair(hosts, options);
  if (!pair || hosts.length < 3) return null;
  const [left, right] = pair;
  const choices = (without: Host) =>
    hosts.filter((each) => each !== without).map(({ name }) => ({ value: name, label: name }));
  return (
    <>
      <Choice
        label="host"
        value={left.name}
        options={choices(right)}
        onChange={(host) => onOptions({ host, other: right.name })}
      />
      <Choice
        label="against"
        value={right.name}
        options={choices(left)}
        onChange={(other) => onOptions({ host: left.name, other })}
      />
    </>
  );
}
