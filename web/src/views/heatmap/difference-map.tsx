import { type CSSProperties, useMemo } from 'react';
import { cellText, legendOf, signed, titleOf } from './difference-texts.ts';
import { HeatTable } from './heat-table.tsx';
import own from './heatmap.module.css';
import { HeatmapCanvas } from './heatmap-canvas.tsx';
import { type HostDifference, leadOf } from './host-difference.ts';
import { differenceColours, shadeOfDifference, shadeOfLead } from './shade.ts';

/** One host against another: each cell in the colour of the host that has more of its values there, and the stronger the more. */
export function DifferenceMap({ difference, asTable }: { difference: HostDifference; asTable: boolean }) {
  const content = useMemo(
    () => ({
      shade: () => shadeOfDifference(difference, differenceColours()),
      tell: (at: number) => cellText(difference, at),
    }),
    [difference],
  );
  if (asTable) return <DifferenceTable difference={difference} />;
  return (
    <>
      <section className={own.map}>
        <h4>{titleOf(difference)}</h4>
        <HeatmapCanvas map={difference} content={content} />
      </section>
      <ul className={own.legend} aria-label="Which host has more" data-testid="heatmap-legend">
        {legendOf(difference).map(({ ahead, strength, text }) => (
          <li key={`${ahead} ${strength}`}>
            <span
              className={own.swatch}
              data-ahead={ahead}
              style={{ '--strength': shadeOfLead(ahead, strength, TOKENS).opacity } as CSSProperties}
            />
            {text}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Only the opacity is asked for: the style sheet has the colours. */
const TOKENS = { left: '', right: '', alike: '' };

function DifferenceTable({ difference }: { difference: HostDifference }) {
  const { differences, left, right } = difference;
  return (
    <HeatTable
      grid={difference}
      caption={`${titleOf(difference)} · + more on ${left.name}, − more on ${right.name}`}
      cell={(at) =>
        leadOf(difference, at)
          ? { text: signed(differences[at] ?? 0), title: cellText(difference, at) }
          : { text: '' }
      }
    />
  );
}
