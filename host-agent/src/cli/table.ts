/** Rows of aligned columns, one at a time: a column widens when a value needs it and never narrows. */
export interface Table {
  /** The heading line. */
  heading(): string;
  row(cells: readonly string[]): string;
  /** The heading and all of these rows, each column as wide as the widest of them. */
  whole(rows: readonly (readonly string[])[]): string[];
}

/** A cell is at most this wide before the rest of its row moves right. */
const WIDTH_MAX = 48;

/** @param numeric whether each column is aligned right */
export function createTable(names: readonly string[], numeric: readonly boolean[]): Table {
  const widths = names.map((name, index) => Math.max(name.length, numeric[index] ? 7 : 8));
  const aligned = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        if (index === cells.length - 1 && !numeric[index]) return cell;
        return numeric[index] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ');
  const heading = (): string => aligned(names.map((name) => name.toUpperCase()));
  const widen = (cells: readonly string[]): void =>
    cells.forEach((cell, index) => {
      widths[index] = Math.min(WIDTH_MAX, Math.max(widths[index] ?? 0, cell.length));
    });
  return {
    heading,
    row(cells) {
      widen(cells);
      return aligned(cells);
    },
    whole(rows) {
      rows.forEach(widen);
      return [heading(), ...rows.map(aligned)];
    },
  };
}
