import { type KeyboardEvent, useRef } from 'react';
import { Icon, type IconName } from './icon.tsx';
import { names } from './names.ts';
import styles from './tabs.module.css';

export interface TabItem {
  id: string;
  label: string;
  icon?: IconName;
  /** A short remark after the label: a count. */
  note?: string | undefined;
  alert?: boolean;
  /** Stays in sight at the end however many there are before it. */
  end?: boolean;
  title?: string;
}

/** A tab strip with arrow keys, Home and End; the panel is the caller's, `aria-labelledby` `tab-<name>-<id>`. */
export function Tabs({
  name,
  label,
  items,
  current,
  onSelect,
}: {
  name: string;
  label: string;
  items: TabItem[];
  current: string;
  /** An arrow key chooses each tab that it passes. */
  onSelect: (id: string, by: 'click' | 'arrow') => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = items.findIndex((item) => item.id === current);
    const last = items.length - 1;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const item = items[Math.max(0, Math.min(last, next))];
    if (!item) return;
    onSelect(item.id, 'arrow');
    list.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(item.id)}"]`)?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label={label} className={styles.list} onKeyDown={move}>
      {items.filter(({ end }) => !end).map(tabOf)}
      <span role="presentation" className={styles.ends}>
        {items.filter(({ end }) => end).map(tabOf)}
      </span>
    </div>
  );

  function tabOf(item: TabItem) {
    return (
      <button
        key={item.id}
        type="button"
        role="tab"
        id={`tab-${name}-${item.id}`}
        data-tab={item.id}
        data-testid={`${name}-tab-${item.id}`}
        aria-selected={item.id === current}
        aria-controls={`panel-${name}`}
        tabIndex={item.id === current ? 0 : -1}
        title={item.title}
        className={styles.tab}
        onClick={() => onSelect(item.id, 'click')}
      >
        {item.icon && <Icon name={item.icon} size={14} />}
        {item.label}
        {item.note !== undefined && (
          <span className={names(styles.count, item.alert && styles.alert)}>{item.note}</span>
        )}
      </button>
    );
  }
}
