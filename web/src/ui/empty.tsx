import type { ReactNode } from 'react';
import styles from './empty.module.css';
import { Icon, type IconName } from './icon.tsx';
import { names } from './names.ts';

/** What fills a place that has nothing to show: what is the case, and what to do. */
export function Empty({
  icon,
  title,
  tone = 'calm',
  children,
}: {
  icon?: IconName;
  title: string;
  tone?: 'calm' | 'error' | 'live';
  children?: ReactNode;
}) {
  return (
    <div className={names(styles.empty, tone !== 'calm' && styles[tone])} data-testid="empty">
      <div className={styles.title}>
        {icon && <Icon name={icon} size={18} />}
        <span>{title}</span>
      </div>
      {children}
    </div>
  );
}
