import type { SourceRef } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import styles from './histogram.module.css';
import { groupDigits, slotRange } from './numbers.ts';
import { useLive } from './use-live.ts';

/** Log2 histograms as tables of bars, one a key; the ramp is viridis, so height reads as colour too. */
export function HistogramView({ source, waiting }: { source: SourceRef; waiting: string }) {
  const histograms = useLive(source, 'histograms', () => theDecoder().histograms(source));
  const filled = (histograms ?? []).filter(({ slots }) => slots.some((count) => count > 0));
  if (filled.length === 0) return <p style={{ padding: '1.6rem', color: 'var(--ink-3)' }}>{waiting}</p>;
  return (
    <div className={styles.page} data-testid="histogram">
      {filled.map(({ label, slots }) => {
        const most = Math.max(...slots);
        const first = slots.findIndex((count) => count > 0);
        const last = slots.findLastIndex((count) => count > 0);
        const total = slots.reduce((sum, count) => sum + count, 0);
        return (
          <div key={label} className={styles.one}>
            <table className={styles.table}>
              <caption className={styles.caption}>
                {label} · {groupDigits(total)} values
              </caption>
              <tbody>
                {slots.slice(first, last + 1).map((count, at) => (
                  <tr key={slotRange(first + at)}>
                    <th scope="row">{slotRange(first + at)}</th>
                    <td className={styles.count}>{groupDigits(count)}</td>
                    <td>
                      <span
                        className={styles.bar}
                        style={{ width: `${(count / most) * 100}%`, background: rampColour(count / most) }}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      })}
    </div>
  );
}

/** A colour of the viridis ramp for 0 … 1, mixed between its stops. */
function rampColour(part: number): string {
  const place = Math.min(0.85, 0.15 + part * 0.7) * 4;
  const stop = Math.min(3, Math.floor(place));
  return `color-mix(in oklab, var(--ramp-${stop + 1}) ${Math.round((place - stop) * 100)}%, var(--ramp-${stop}))`;
}
