import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { type CellFact, columnKey, type SourceRef, type ViewColumn } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';

/** What stands behind the texts of a table's cells: the member, its C type and the raw value. */

/**
 * Titles for cells, made when the pointer comes over one: a handler for the element that holds the rows. Rows carry `data-row`, cells
 * `data-column` with their column's index.
 */
export function useCellTitles(
  source: SourceRef,
  columns: readonly ViewColumn[],
): (event: PointerEvent<HTMLElement>) => void {
  const last = useRef<{ cell: HTMLElement; row: string }>(undefined);
  return ({ target }) => {
    const cell = (target as Element).closest<HTMLElement>('[data-column]');
    const row = cell?.closest<HTMLElement>('[data-row]');
    const id = row?.dataset.row;
    if (!cell || !row || id === undefined) return;
    // An element shows one row after another.
    if (last.current?.cell === cell && last.current.row === id) return;
    last.current = { cell, row: id };
    cell.title = '';
    const column = columns[Number(cell.dataset.column)];
    if (!column) return;
    void theDecoder()
      .facts({ ...source, row: id })
      .then((facts) => {
        const fact = facts.find((each) => each.column === columnKey(column));
        if (fact && row.dataset.row === id) cell.title = titleOf(fact);
      });
  };
}

function titleOf({ path, type, raw }: CellFact): string {
  return `${type} ${path}\n${raw}`;
}

/**
 * The facts of one row by `columnKey`; empty while there is no row or no answer.
 * @param version another value of it means that they may be others
 */
export function useCellFacts(
  source: SourceRef,
  row: string | undefined,
  version?: number | undefined,
): ReadonlyMap<string, CellFact> {
  const [known, setKnown] = useState<{ row: string; facts: ReadonlyMap<string, CellFact> }>();
  const { run, source: name } = source;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the row's values
  useEffect(() => {
    if (row === undefined) return;
    let gone = false;
    void theDecoder()
      .facts({ run, source: name, row })
      .then((facts) => {
        if (!gone) setKnown({ row, facts: new Map(facts.map((fact) => [fact.column, fact])) });
      });
    return () => {
      gone = true;
    };
  }, [run, name, row, version]);
  return known && known.row === row ? known.facts : NOTHING;
}

const NOTHING: ReadonlyMap<string, CellFact> = new Map();
