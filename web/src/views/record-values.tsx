import { isKindName, type LeadingNumber } from '@probepad/protocol/leading-number';
import { structNameOf } from '@probepad/protocol/record-types';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { chooseRecordTypeOf } from '../session/record-types.ts';
import { theDecoder } from '../session/session.ts';
import styles from './record-type-bar.module.css';
import { StructChoice } from './struct-choice.tsx';
import { useLive } from './use-live.ts';

/** Milliseconds between two looks for values that have not come before. */
const LOOK_EVERY = 1000;

/** Asks of each value that records begin with, as they come, which struct those are. */
export function RecordValues({
  run,
  source,
  schema,
  leading,
}: {
  run: string;
  source: Source;
  schema: ProbeSchema;
  leading: LeadingNumber;
}) {
  const ref = { run, source: source.name };
  const seen = useLive(ref, 'leading', () => theDecoder().leading(ref), {
    every: LOOK_EVERY,
    clockOnly: true,
  });
  const chosen = new Map(source.byValue);
  // What was chosen stays in sight when none of it comes any more.
  const values = [...new Set([...chosen.keys(), ...(seen ?? []).map(({ value }) => value)])];
  const structs = [...new Set(leading.records.map(({ type }) => structNameOf(schema, type)))].filter(Boolean);
  // One value of a number that may be anything does not say that there are kinds.
  const least = isKindName(leading.name) || chosen.size > 0 ? 1 : 2;
  if (values.length < least || structs.length < 2) return null;
  return (
    <>
      <span>
        Told apart by <code>{leading.name}</code>:
      </span>
      {values
        .toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
        .map((value) => {
          const type = chosen.get(value);
          return (
            <fieldset key={value} className={styles.value} aria-label={`${leading.name} ${value}`}>
              <code>{value}</code>
              <StructChoice
                structs={structs}
                chosen={type === undefined ? undefined : structNameOf(schema, type)}
                onChoose={(struct) => chooseRecordTypeOf(theDecoder(), source.name, value, struct)}
              />
            </fieldset>
          );
        })}
    </>
  );
}
