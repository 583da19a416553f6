import { asksForType, candidatesOf, structNameOf } from '@probepad/protocol/record-types';
import { chooseRecordType } from '../session/record-types.ts';
import type { RunView } from '../session/runs.ts';
import { theDecoder } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import styles from './record-type-bar.module.css';

/** Structs that are offered as buttons; of more, one is picked from a list. */
const BUTTONS_MAX = 4;

/** Asks what the records of a source are, where the program does not tell; says what was chosen, and takes it back. */
export function RecordTypeBar({ run, source: name }: { run: RunView; source: string }) {
  const schema = Object.values(run.schemas).find(({ sources }) => sources.some((each) => each.name === name));
  const source = schema?.sources.find((each) => each.name === name);
  if (!schema || !source) return null;
  const choose = (struct: string | undefined): void => chooseRecordType(theDecoder(), name, struct);
  if (source.recordsFrom === 'chosen') {
    return (
      <div className={styles.bar} data-testid="record-type">
        Read as <code>struct {structNameOf(schema, source.records[0]?.type ?? -1)}</code>, as you chose.
        <Button small onClick={() => choose(undefined)}>
          Undo
        </Button>
      </div>
    );
  }
  if (!asksForType(schema, source)) return null;
  const structs = [...new Set(candidatesOf(source).map(({ type }) => structNameOf(schema, type)))].filter(
    Boolean,
  );
  return (
    <fieldset className={styles.bar} aria-label="Type of the records" data-testid="record-type">
      {source.records.length === 0
        ? 'The program does not tell what these records are. They are:'
        : 'These structs have one size. The records are:'}
      {structs.length <= BUTTONS_MAX ? (
        structs.map((struct) => (
          <Button key={struct} small onClick={() => choose(struct)}>
            struct {struct}
          </Button>
        ))
      ) : (
        <select
          className={styles.select}
          aria-label="Struct"
          value=""
          onChange={(event) => choose(event.target.value)}
        >
          <option value="">struct …</option>
          {structs.map((struct) => (
            <option key={struct} value={struct}>
              struct {struct}
            </option>
          ))}
        </select>
      )}
    </fieldset>
  );
}
