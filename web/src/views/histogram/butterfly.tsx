import type { CSSProperties } from 'react';
import { groupDigits, percentText } from '../numbers.ts';
import { rangeText } from '../quantity.ts';
import own from './histogram.module.css';
import { captionOfPair, type HostPair, largestShare } from './host-pairs.ts';

/** One host against another: their bars back to back for each range, as parts of what each has counted. */
export function Butterfly({ pair }: { pair: HostPair }) {
  const { ranges, names, unit } = pair;
  const most = largestShare(pair);
  const side = ({ count, share }: HostPair['ranges'][number]['left'], series: number) => (
    <span
      className={own.half}
      title={`${groupDigits(count)} values, ${percentText(share)}`}
      style={{ '--part': share / most, '--colour': `var(--series-${series})` } as CSSProperties}
    />
  );
  return (
    <table className={`${own.table} ${own.one}`} data-testid="butterfly">
      <caption className={own.caption}>{captionOfPair(pair)}</caption>
      <thead>
        <tr>
          <th scope="col" colSpan={2} className={own.left}>
            {names[0]}
          </th>
          <th scope="col">range</th>
          <th scope="col" colSpan={2} className={own.right}>
            {names[1]}
          </th>
        </tr>
      </thead>
      <tbody>
        {ranges.map(({ from, to, left, right }) => (
          <tr key={from}>
            <td className={own.count}>{percentText(left.share)}</td>
            <td className={own.left}>{side(left, 1)}</td>
            <th scope="row" className={own.between}>
              {rangeText(from, to, unit)}
            </th>
            <td className={own.right}>{side(right, 2)}</td>
            <td className={own.count}>{percentText(right.share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
