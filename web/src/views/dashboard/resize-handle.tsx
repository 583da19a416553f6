import { type PointerEvent, useRef } from 'react';
import styles from './dashboard.module.css';
import { COLUMNS, type PanelSize } from './panels.ts';

const EDGES = { right: styles.right, bottom: styles.bottom, corner: styles.corner } as const;

/** An edge of a panel by which it is made larger or smaller. For the mouse; the panel's head has the keys. */
export function ResizeHandle({
  edge,
  size,
  onResize,
}: {
  edge: keyof typeof EDGES;
  size: PanelSize;
  onResize(size: Partial<PanelSize>): void;
}) {
  const latest = useRef(onResize);
  latest.current = onResize;
  const begin = (event: PointerEvent<HTMLElement>): void => {
    const handle = event.currentTarget;
    const panel = handle.parentElement;
    const grid = panel?.parentElement;
    if (!panel || !grid || event.button !== 0) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    const box = panel.getBoundingClientRect();
    const column = grid.clientWidth / COLUMNS;
    const row = box.height / size.rows;
    let told = '';
    handle.onpointermove = ({ clientX, clientY }) => {
      const wanted: Partial<PanelSize> = {
        ...(edge !== 'bottom' && { columns: Math.round((clientX - box.left) / column) }),
        ...(edge !== 'right' && { rows: Math.round((clientY - box.top) / row) }),
      };
      const key = JSON.stringify(wanted);
      if (key !== told) latest.current(wanted);
      told = key;
    };
    handle.onpointerup = () => {
      handle.onpointermove = null;
      handle.onpointerup = null;
    };
  };
  return <span className={EDGES[edge]} aria-hidden="true" data-resize={edge} onPointerDown={begin} />;
}
