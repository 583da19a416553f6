import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import styles from './field.module.css';

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  label: ReactNode;
  /** The C type or unit, at the right of the label. */
  type?: string;
  value: string;
  hint?: ReactNode;
  problem?: string | undefined;
  /** Suggestions, offered by the browser as the user types. */
  options?: readonly string[];
  onValue: (value: string) => void;
}

/** One labelled text input with a hint and, under it, what is wrong with the value. */
export function Field({ label, type, value, hint, problem, options, onValue, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        <span>{label}</span>
        {type && <span className={styles.type}>{type}</span>}
      </label>
      <input
        id={id}
        className={styles.input}
        value={value}
        spellCheck={false}
        autoComplete="off"
        list={options?.length ? `${id}-options` : undefined}
        aria-invalid={problem !== undefined}
        aria-describedby={hint || problem ? `${id}-hint` : undefined}
        onChange={(event) => onValue(event.target.value)}
        {...rest}
      />
      {options && options.length > 0 && (
        <datalist id={`${id}-options`}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      {(problem ?? hint) && (
        <div id={`${id}-hint`} className={problem ? styles.problem : styles.hint}>
          {problem ?? hint}
        </div>
      )}
    </div>
  );
}
