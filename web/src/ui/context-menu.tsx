import { ContextMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import styles from './popover.module.css';
import type { MenuItem } from './popover.tsx';

/** What can be done with a thing, by the other mouse button or the menu key on it. No menu opens where there is nothing to do. */
export function ContextMenu({ items, children }: { items: readonly MenuItem[]; children: ReactNode }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild disabled={items.length === 0}>
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={`${styles.popover} ${styles.menu}`} collisionPadding={8}>
          {items.map((item) => (
            <Radix.Item
              key={item.label}
              className={styles.item}
              disabled={item.disabled ?? false}
              onSelect={item.onSelect}
            >
              {item.icon && <Icon name={item.icon} size={14} />}
              {item.label}
              {item.keys && <kbd>{item.keys}</kbd>}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
