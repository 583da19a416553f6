import { takesEntries } from '@probepad/protocol/filled-by-hand';
import { type FormEvent, useState } from 'react';
import { isLive, type RunView } from '../../session/runs.ts';
import { request } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { toast, toastError } from '../../ui/toast.tsx';
import { type EntryField, encodeEntry, entryFields } from './encode-entry.ts';
import styles from './entry.module.css';

/** Above a map that the program adds nothing to itself: puts entries into it by hand, on all hosts of the run. */
export function EntryBar({ run, source: name }: { run: RunView; source: string }) {
  const schema = Object.values(run.schemas).find(({ sources }) => sources.some((each) => each.name === name));
  const source = schema?.sources.find((each) => each.name === name);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [wrong, setWrong] = useState<string>();
  if (!schema || !source || !takesEntries(source) || !isLive(run)) return null;
  if (source.keyType === undefined || source.valueType === undefined) return null;
  const keys = entryFields(schema, source.keyType, 'key');
  const values = entryFields(schema, source.valueType, 'value');
  if (!keys || !values) return null;
  const all = [
    ...keys.map((field) => ({ field, id: `key ${field.name}` })),
    ...values.map((field) => ({ field, id: `value ${field.name}` })),
  ];
  const textsOf = (fields: readonly EntryField[], role: string): string[] =>
    fields.map(({ name: member }) => typed[`${role} ${member}`] ?? '');

  const add = (event: FormEvent): void => {
    event.preventDefault();
    const bad = all.find(({ field, id }) => field.encode(typed[id] ?? '') === undefined);
    setWrong(bad?.id);
    const key = encodeEntry(keys, source.keySize, textsOf(keys, 'key'));
    const value = encodeEntry(values, source.valueSize, textsOf(values, 'value'));
    if (key === undefined || value === undefined) return;
    request('run.put', { run: run.id, source: name, key, value }).then(
      () => toast({ text: `The entry is put into ${name}.` }),
      toastError,
    );
  };
  return (
    <form
      className={styles.bar}
      aria-label={`Add an entry to ${name}`}
      data-testid="entry-bar"
      onSubmit={add}
    >
      <span>The program adds none itself. Add an entry:</span>
      {all.map(({ field, id }) => (
        <label key={id}>
          {field.name}
          <input
            className={styles.input}
            aria-label={id}
            aria-invalid={wrong === id}
            placeholder={field.example}
            value={typed[id] ?? ''}
            onChange={(event) => {
              setTyped({ ...typed, [id]: event.target.value });
              setWrong(undefined);
            }}
          />
        </label>
      ))}
      <Button small type="submit">
        Add
      </Button>
      {wrong && (
        <output className={styles.wrong}>
          {wrong} has to be like {all.find(({ id }) => id === wrong)?.field.example}
        </output>
      )}
    </form>
  );
}
