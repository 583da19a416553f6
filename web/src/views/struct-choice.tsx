import { Button } from '../ui/button.tsx';
import styles from './record-type-bar.module.css';

/** Structs that are offered as buttons; of more, one is picked from a list. */
const BUTTONS_MAX = 4;

/** One of some structs, with one click. */
export function StructChoice({
  structs,
  chosen,
  onChoose,
}: {
  structs: readonly string[];
  chosen?: string | undefined;
  onChoose(struct: string): void;
}) {
  if (structs.length <= BUTTONS_MAX) {
    return structs.map((struct) => (
      <Button
        key={struct}
        small
        tone={struct === chosen ? 'primary' : 'normal'}
        aria-pressed={struct === chosen}
        onClick={() => onChoose(struct)}
      >
        struct {struct}
      </Button>
    ));
  }
  return (
    <select
      className={styles.select}
      aria-label="Struct"
      value={chosen ?? ''}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="" disabled>
        struct …
      </option>
      {structs.map((struct) => (
        <option key={struct} value={struct}>
          struct {struct}
        </option>
      ))}
    </select>
  );
}
