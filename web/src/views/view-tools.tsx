import type { ReactNode } from 'react';
import { Icon } from '../ui/icon.tsx';
import { names } from '../ui/names.ts';
import { DownloadMenu } from './download-menu.tsx';
import type { ExportedTable } from './export-rows.ts';
import styles from './table.module.css';

/** The bar above a view of a source: the view's own buttons, the filter, what the view holds, and a way to take that along. */
export function ViewTools({
  source,
  buttons,
  filter,
  status,
  collect,
}: {
  /** The source's name, which files are named after. */
  source: string;
  buttons?: ReactNode;
  filter?: { what: 'rows' | 'entries'; text: string; onChange(text: string): void };
  status: { text: string; testId: string; still?: boolean };
  /** What a download is to hold; undefined while there is nothing. */
  collect: (() => Promise<ExportedTable>) | undefined;
}) {
  return (
    <div className={styles.tools}>
      {buttons}
      {filter && (
        <label className={styles.filter}>
          <Icon name="search" size={13} />
          <input
            value={filter.text}
            placeholder={`filter ${filter.what}`}
            aria-label={`Filter ${filter.what}`}
            spellCheck={false}
            onChange={(event) => filter.onChange(event.target.value)}
          />
        </label>
      )}
      <span className={names(styles.status, status.still && styles.paused)} data-testid={status.testId}>
        {status.text}
      </span>
      <DownloadMenu source={source} collect={collect} />
    </div>
  );
}
