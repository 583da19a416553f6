import type { CSSProperties } from 'react';
import type { Distribution } from '../../session/aggregates.ts';
import { NeitherHost } from '../compared-pair.tsx';
import { groupDigits, percentText } from '../numbers.ts';
import { rangeText } from '../quantity.ts';
import own from './histogram.module.css';

/**
 * One host against another: their bars back to back for each range, as parts of what each has counted, so that a host that is busier is
 * not wider for that alone.
 */
export function Butterfly({
  distributions,
  hosts,
}: {
  distributions: readonly Distribution[];
  hosts: readonly [left: { id: string; name: string }, right: { id: string; name: string }];
}) {
  const [left, right] = hosts;
  const compared = distributions.filter(({ host }) => host === left.id || host === right.id);
  if (compared.length === 0) return <NeitherHost pair={hosts} />;
  const keys = [...new Set(compared.map((each) => keyOf(each, hosts)))];
  return keys.map((key) => {
    const of = (host: string): Distribution | undefined =>
      compared.find((each) => each.host === host && keyOf(each, hosts) === key);
    return (
      <Pair key={key} label={key} left={of(left.id)} right={of(right.id)} names={[left.name, right.name]} />
    );
  });
}

/** What is counted, without the host that its label ends with. */
function keyOf({ label, host }: Distribution, hosts: readonly { id: string; name: string }[]): string {
  const name = hosts.find(({ id }) => id === host)?.name;
  return name !== undefined && label.endsWith(` · ${name}`) ? label.slice(0, -name.length - 3) : label;
}

function Pair({
  label,
  left,
  right,
  names: [leftName, rightName],
}: {
  label: string;
  left: Distribution | undefined;
  right: Distribution | undefined;
  names: [string, string];
}) {
  const bars = [...(left?.bars ?? []), ...(right?.bars ?? [])];
  const ranges = [...new Map(bars.map(({ from, to }) => [from, to]))].sort(([a], [b]) => a - b);
  const share = (all: Distribution | undefined, from: number): number =>
    (all?.bars.find((bar) => bar.from === from)?.count ?? 0) / Math.max(1, all?.total ?? 0);
  const most = Math.max(1e-9, ...ranges.flatMap(([from]) => [share(left, from), share(right, from)]));
  const side = (all: Distribution | undefined, from: number, series: number) => (
    <span
      className={own.half}
      title={`${groupDigits(all?.bars.find((bar) => bar.from === from)?.count ?? 0)} values, ${percentText(share(all, from))}`}
      style={{ '--part': share(all, from) / most, '--colour': `var(--series-${series})` } as CSSProperties}
    />
  );
  const unit = left?.unit ?? right?.unit ?? '';
  return (
    <table className={`${own.table} ${own.one}`} data-testid="butterfly">
      <caption className={own.caption}>
        {label} · shares of {groupDigits(left?.total ?? 0)} and {groupDigits(right?.total ?? 0)} values
      </caption>
      <thead>
        <tr>
          <th scope="col" colSpan={2} className={own.left}>
            {leftName}
          </th>
          <th scope="col">range</th>
          <th scope="col" colSpan={2} className={own.right}>
            {rightName}
          </th>
        </tr>
      </thead>
      <tbody>
        {ranges.map(([from, to]) => (
          <tr key={from}>
            <td className={own.count}>{percentText(share(left, from))}</td>
            <td className={own.left}>{side(left, from, 1)}</td>
            <th scope="row" className={own.between}>
              {rangeText(from, to, unit)}
            </th>
            <td className={own.right}>{side(right, from, 2)}</td>
            <td className={own.count}>{percentText(share(right, from))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
