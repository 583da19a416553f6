import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.tsx';
import { names } from './names.ts';
import { Tooltip } from './tooltip.tsx';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'normal' | 'primary' | 'danger' | 'quiet';
  small?: boolean;
  icon?: IconName;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

/** A button with words. */
export function Button({ tone = 'normal', small = false, icon, children, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={names(styles.button, tone !== 'normal' && styles[tone], small && styles.small, className)}
      {...rest}
    >
      {icon && <Icon name={icon} size={small ? 13 : 15} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label'> {
  icon: IconName;
  label: string;
  /** Shown after the label in the tooltip: `Ctrl+S`. */
  keys?: string;
  small?: boolean;
  on?: boolean | undefined;
  ref?: Ref<HTMLButtonElement>;
}

/** A button that is only an icon; its label is its accessible name and its tooltip. */
export function IconButton({ icon, label, keys, small = false, on, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={on}
        className={names(
          styles.button,
          styles.quiet,
          styles.icon,
          small && styles.small,
          on && styles.on,
          className,
        )}
        {...rest}
      >
        <Icon name={icon} size={small ? 14 : 16} />
      </button>
    </Tooltip>
  );
}
