import styles from './choice.module.css';

/** A small labelled list to choose one of, in the bar above a view. */
export function Choice<V extends string>({
  label,
  value,
  options,
  onChange,
  quiet = false,
}: {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange(value: V): void;
  /** The options say themselves what they are: the label is for assistive technology and as a tooltip. */
  quiet?: boolean;
}) {
  if (options.length < 2) return null;
  return (
    <label className={styles.choice} title={quiet ? label : undefined}>
      {!quiet && <span>{label}</span>}
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = options.find((each) => each.value === event.target.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
    </label>
  );
}
