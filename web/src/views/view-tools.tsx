import type { ReactNode } from 'react';
import { names } from '../ui/names.ts';
import { DownloadMenu, type Downloads } from './download-menu.tsx';
import { FilterField, type FilterFieldProps } from './table/filter-field.tsx';
import styles from './table.module.css';

/** The bar above a view of a source: the view's own buttons, the filter, what the view holds, and a way to take that along. */
export function ViewTools({
  source,
  buttons,
  filter,
  choosers,
  status,
  beside,
  view,
  ...downloads
}: Downloads & {
  /** The source's name, which files are named after. */
  source: string;
  buttons?: ReactNode;
  filter?: FilterFieldProps;
  /** What else there is to choose about the rows. */
  choosers?: ReactNode;
  status: { text: string; testId: string; still?: boolean };
  /** What can be done about that. */
  beside?: ReactNode;
  /** What files of the view are called, where it is no table. */
  view?: string;
}) {
  return (
    <div className={styles.tools}>
      {buttons}
      {filter && <FilterField {...filter} />}
      {choosers}
      <span className={names(styles.status, status.still && styles.paused)} data-testid={status.testId}>
        {status.text}
      </span>
      {beside}
      <DownloadMenu source={source} view={view} {...downloads} />
    </div>
  );
}
