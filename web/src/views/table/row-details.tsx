import type { CellFact, SourceRef, ViewRow } from '../../session/decoder.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, type MenuItem } from '../../ui/popover.tsx';
import { useCellFacts } from '../cell-facts.ts';
import { CellText } from '../cell-text.tsx';
import styles from '../table.module.css';
import type { ArrangedColumn } from './arrange-columns.ts';

/** Everything of one row and what it was made from, also what the table hides; members of structs stand under their structs. */
export function RowDetails({
  source,
  row,
  columns,
  headings,
  copies,
  onCopy,
  onClose,
}: {
  source: SourceRef;
  row: ViewRow;
  columns: readonly ArrangedColumn[];
  /** By place in a row's cells. */
  headings: readonly string[];
  copies: readonly MenuItem[];
  onCopy(): void;
  onClose(): void;
}) {
  const facts = useCellFacts(source, row.id);
  const inOrder = [...columns].sort((a, b) => a.at - b.at);
  return (
    <div className={styles.detail} data-testid="row-detail">
      <div className={styles.detailHead}>
        <span>row {row.id}</span>
        <span>
          <IconButton icon="copy" small label="Copy row" keys="Ctrl+C" onClick={onCopy} />
          <Menu items={copies} trigger={<IconButton icon="more" small label="More to do with the row" />} />
          <IconButton icon="close" small label="Close" onClick={onClose} />
        </span>
      </div>
      <dl className={styles.fields}>
        {inOrder.map(({ key, column, at, shown }, index) => {
          const path = (headings[at] ?? column.name).split('.');
          const before = inOrder[index - 1]?.column.name.split('.') ?? [];
          const outer = path.slice(0, -1);
          const isNew = outer.length > 0 && outer.join('.') !== before.slice(0, -1).join('.');
          return (
            <div key={key} style={{ display: 'contents' }}>
              {isNew && (
                <>
                  <dt className={styles.dim}>{outer.join('.')}</dt>
                  <dd />
                </>
              )}
              <dt title={column.type} style={{ paddingLeft: `${outer.length}rem` }}>
                {outer.length > 0 ? path.at(-1) : path[0]}
                {!shown && <span className={styles.type}>hidden in the table</span>}
              </dt>
              <dd>
                <CellText text={row.cells[at] ?? ''} />
                <Raw fact={facts.get(key)} />
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

/** The C type, the member and the value as it stands in memory. */
function Raw({ fact }: { fact: CellFact | undefined }) {
  return (
    fact && (
      <span className={styles.raw}>
        {fact.type} {fact.path} = <CellText text={fact.raw} />
      </span>
    )
  );
}
