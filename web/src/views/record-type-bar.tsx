import { leadingNumber } from '@probepad/protocol/leading-number';
import { asksForType, candidatesOf, structNameOf } from '@probepad/protocol/record-types';
import { chooseRecordType } from '../session/record-types.ts';
import type { RunView } from '../session/runs.ts';
import { theDecoder } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import styles from './record-type-bar.module.css';
import { RecordValues } from './record-values.tsx';
import { StructChoice } from './struct-choice.tsx';

/** Asks what the records of a source are, where the program does not tell; says what was chosen, and takes it back. */
export function RecordTypeBar({ run, source: name }: { run: RunView; source: string }) {
  const schema = Object.values(run.schemas).find(({ sources }) => sources.some((each) => each.name === name));
  const source = schema?.sources.find((each) => each.name === name);
  if (!schema || !source) return null;
  const choose = (struct: string | undefined): void => chooseRecordType(theDecoder(), name, struct);
  const leading = leadingNumber(schema, source);
  const byValue = leading && <RecordValues run={run.id} source={source} schema={schema} leading={leading} />;
  const undo = (
    <Button small onClick={() => choose(undefined)}>
      Undo
    </Button>
  );
  if (source.recordsFrom === 'chosen') {
    return (
      <div className={styles.bar} data-testid="record-type">
        {source.byValue ? (
          byValue
        ) : (
          <span>
            Read as <code>struct {structNameOf(schema, source.records[0]?.type ?? -1)}</code>, as you chose.
          </span>
        )}
        {undo}
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
      <StructChoice structs={structs} onChoose={choose} />
      {byValue}
    </fieldset>
  );
}
