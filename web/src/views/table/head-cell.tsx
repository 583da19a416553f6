// biome-ignore-all lint/a11y/useSemanticElements: the table is no table element, see grid.tsx
import { type KeyboardEvent, memo, type PointerEvent, useRef, useState } from 'react';
import type { RowSort } from '../../session/decoder.ts';
import { Icon } from '../../ui/icon.tsx';
import { names } from '../../ui/names.ts';
import { Menu } from '../../ui/popover.tsx';
import styles from '../table.module.css';
import type { ArrangedColumn } from './arrange-columns.ts';
import { type ColumnActions, columnItems } from './column-actions.ts';

/** Least and most width in characters, by hand. */
const WIDTH_MIN = 3;
const WIDTH_MAX = 200;
/** What is dragged: a column's key. */
const DRAGGED = 'application/x-probepad-column';

/** A column's head: a click or Enter sorts, the menu has the rest, its right edge changes the width, dragging moves it. */
export const HeadCell = memo(function HeadCell({
  arranged,
  width,
  left,
  sort,
  name,
  bar,
  actions,
  index,
}: {
  arranged: ArrangedColumn;
  /** In characters. */
  width: number;
  /** For a pinned column: what is pinned before it, in characters. */
  left: number | undefined;
  sort: RowSort | undefined;
  /** Its heading, which no other column has. */
  name: string;
  bar: boolean;
  actions: ColumnActions;
  index: number;
}) {
  const { column, key } = arranged;
  const [open, setOpen] = useState(false);
  const [over, setOver] = useState(false);
  const cell = useRef<HTMLDivElement>(null);
  const sorted = sort?.column === key ? (sort.descending ? 'descending' : 'ascending') : 'none';
  const items = columnItems(arranged, actions, width);

  const onKey = (event: KeyboardEvent): void => {
    if (
      (event.altKey && event.key === 'ArrowDown') ||
      event.key === 'ContextMenu' ||
      (event.shiftKey && event.key === 'F10')
    ) {
      event.preventDefault();
      setOpen(true);
      return;
    }
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key] as 1 | -1 | undefined;
    if (!side) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.altKey && event.shiftKey) actions.widen(key, width + 2 * side);
    else if (event.altKey) actions.move(key, side);
    else {
      const cells = [...(cell.current?.parentElement?.querySelectorAll<HTMLElement>('[data-sort]') ?? [])];
      cells[cells.indexOf(event.target as HTMLElement) + side]?.focus();
    }
  };

  const onResize = (event: PointerEvent<HTMLElement>): void => {
    const box = cell.current?.getBoundingClientRect();
    if (!box) return;
    event.preventDefault();
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const start = event.clientX;
    const letter = box.width / (width + 2.2);
    const widthAt = (x: number): number =>
      Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, Math.round(width + (x - start) / letter)));
    handle.onpointermove = (move) => actions.widen(key, widthAt(move.clientX));
    handle.onpointerup = () => {
      handle.onpointermove = null;
      handle.onpointerup = null;
    };
  };

  return (
    <div
      ref={cell}
      role="columnheader"
      tabIndex={-1}
      aria-sort={sorted}
      title={column.type}
      draggable
      className={names(
        styles.headCell,
        column.align === 'number' && !bar && styles.number,
        sorted !== 'none' && styles.sorted,
        left !== undefined && styles.pinned,
        over && styles.dropHere,
      )}
      style={left === undefined ? undefined : { left: `${left}ch` }}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED, key);
        event.dataTransfer.effectAllowed = 'move';
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        actions.moveTo(event.dataTransfer.getData(DRAGGED), key);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        setOpen(true);
      }}
    >
      <button
        type="button"
        className={styles.headButton}
        data-sort={key}
        tabIndex={index === 0 ? 0 : -1}
        onClick={() => actions.sort(arranged)}
        onKeyDown={onKey}
      >
        <span className={styles.headName}>{name}</span>
        {sorted !== 'none' && <Icon name={sorted === 'descending' ? 'down' : 'up'} size={11} />}
      </button>
      <Menu
        open={open}
        onOpenChange={setOpen}
        trigger={
          <button type="button" className={styles.headMenu} tabIndex={-1} aria-label={`Column ${name}`}>
            <Icon name="more" size={12} />
          </button>
        }
        items={items}
      />
      <span className={styles.resize} aria-hidden="true" onPointerDown={onResize} draggable={false} />
    </div>
  );
});
