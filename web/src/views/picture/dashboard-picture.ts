import { escapeXml, fitted, type Paint, type Picture, type Size, short, textAt } from './picture.ts';

/** One panel as it stands on the dashboard. */
export interface PanelDrawing {
  /** In pixels of the page, from the dashboard's corner. */
  left: number;
  top: number;
  width: number;
  height: number;
  picture: Picture | undefined;
  /** What the panel shows, where it has no picture. */
  name: string;
}

/** All panels in one picture, each in its place. */
export function dashboardPicture(title: string, panels: readonly PanelDrawing[]): Picture {
  const wide = Math.max(1, ...panels.map(({ left, width }) => left + width));
  const high = Math.max(1, ...panels.map(({ top, height }) => top + height));
  return {
    title,
    height: (_paint, width) => (high / wide) * width,
    draw: (paint, { width }) => {
      const scale = width / wide;
      return panels
        .map((panel, at) => {
          const size = { width: panel.width * scale - GAP, height: panel.height * scale - GAP };
          const place = `translate(${short(panel.left * scale)} ${short(panel.top * scale)})`;
          return `<g transform="${place}">${drawPanel(panel, at, paint, size)}</g>`;
        })
        .join('\n');
    },
  };
}

const GAP = 10;
const PAD = 10;

function drawPanel({ picture, name }: PanelDrawing, at: number, paint: Paint, size: Size): string {
  const { fontSize, ink, faint, line } = paint;
  const head = fontSize * 2;
  const inner = { width: size.width - 2 * PAD, height: size.height - head - PAD };
  const title = fitted(picture?.title ?? name, inner.width, paint);
  return [
    `<rect width="${short(size.width)}" height="${short(size.height)}" rx="4" fill="none" stroke="${escapeXml(line)}"/>`,
    textAt(PAD, fontSize * 1.4, title, { fill: ink, weight: 600 }),
    // What a panel holds may be higher than the panel, as it is on the page.
    `<clipPath id="panel-${at}"><rect width="${short(inner.width)}" height="${short(inner.height)}"/></clipPath>`,
    `<g transform="translate(${PAD} ${short(head)})" clip-path="url(#panel-${at})">`,
    picture === undefined
      ? textAt(0, fontSize * 1.5, 'nothing to draw yet', { fill: faint })
      : picture.draw(paint, inner),
    '</g>',
  ].join('');
}
