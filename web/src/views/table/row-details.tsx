import type { CellFact, SourceRef, ViewRow } from '../../session/decoder.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, type MenuItem } from '../../ui/popover.tsx';
import { useCellFacts } from '../cell-facts.ts';
import { CellText } from '../cell-text.tsx';
import styles from '../table.module.css';
import type { ArrangedColumn } from './arrange-columns.ts';
import type { RowWork } from './use-row-work.ts';

/** The details of the row that the keyboard is on, while they are open. @param name what heads them */
export function OpenRow({
  source,
  work,
  name,
  version,
}: {
  source: SourceRef;
  work: RowWork;
  name(row: ViewRow): string;
  /** Another value of it means that the row may hold other values. */
  version?: number | undefined;
}) {
  const { active, arranged, headings, items } = work;
  return (
    work.open &&
    active && (
      <RowDetails
        source={source}
        row={active}
        name={name(active)}
        version={version}
        columns={arranged.filter(({ column }) => column.role !== 'trend')}
        headings={headings}
        copies={items.filter(({ label }) => label !== 'Details')}
        onCopy={() => work.copy('text')}
        onClose={work.close}
      />
    )
  );
}

/** Everything of one row and what it was made from, also what the table hides; members of structs stand under their structs. */
function RowDetails({
  source,
  row,
  name,
  version,
  columns,
  headings,
  copies,
  onCopy,
  onClose,
}: {
  source: SourceRef;
  row: ViewRow;
  name: string;
  version: number | undefined;
  columns: readonly ArrangedColumn[];
  /** By place in a row's cells. */
  headings: readonly string[];
  copies: readonly MenuItem[];
  onCopy(): void;
  onClose(): void;
}) {
  const facts = useCellFacts(source, row.id, version);
  const inOrder = [...columns].sort((a, b) => a.at - b.at);
  return (
    <div className={styles.detail} data-testid="row-detail">
      <div className={styles.detailHead}>
        <span>{name}</span>
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
                <Cpus texts={facts.get(key)?.cpus} />
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

/** What each CPU holds: its number above, small. */
function Cpus({ texts }: { texts: readonly string[] | undefined }) {
  return (
    texts && (
      <span className={styles.cpus} data-testid="cpu-values">
        {texts.map((text, cpu) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a CPU is its number
          <span key={cpu} className={text === '0' ? styles.nothing : undefined}>
            <small>CPU {cpu}</small> <CellText text={text} />
          </span>
        ))}
      </span>
    )
  );
}
