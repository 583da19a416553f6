import { useState } from 'react';
import type { GlobalValue, SourceRef } from '../session/decoder.ts';
import { useRuns } from '../session/runs.ts';
import { request, theDecoder } from '../session/session.ts';
import { toast, toastError } from '../ui/toast.tsx';
import { writesOf } from './encode-global.ts';
import styles from './globals.module.css';
import { useLive } from './use-live.ts';

/** The globals of a section as they are now; those of .data and .bss can be changed while the probe runs. */
export function GlobalsView({ source, live }: { source: SourceRef; live: boolean }) {
  const values = useLive(source, 'globals', () => theDecoder().globals(source)) ?? [];
  const several = new Set(values.map(({ host }) => host)).size > 1;
  return (
    <div className={styles.page} data-testid="globals">
      <table className={styles.table}>
        <thead>
          <tr>
            {several && <th scope="col">host</th>}
            <th scope="col">name</th>
            <th scope="col">value</th>
            <th scope="col">type</th>
          </tr>
        </thead>
        <tbody>
          {values.map((value) => (
            <tr key={`${value.host} ${value.name}`}>
              {several && <td>{value.hostName}</td>}
              <td>{value.name}</td>
              <td className={styles.value}>
                {value.writable && live ? (
                  <GlobalInput
                    source={source}
                    value={value}
                    everywhere={values.filter(({ name, writable }) => name === value.name && writable)}
                  />
                ) : (
                  value.text
                )}
              </td>
              <td className={styles.type}>{value.type}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The live value until somebody types; Enter writes it on every host of the run, Escape gives up. */
function GlobalInput({
  source,
  value,
  everywhere,
}: {
  source: SourceRef;
  value: GlobalValue;
  /** The same variable on each host. */
  everywhere: readonly GlobalValue[];
}) {
  const [typed, setTyped] = useState<string>();
  const write = (): void => {
    if (typed === undefined) return;
    const statuses = useRuns.getState().runs[source.run]?.statuses;
    const going = everywhere.filter(({ host }) => statuses?.[host]?.state === 'running');
    const writes = writesOf(going, typed);
    if (writes === undefined) {
      toast({
        tone: 'error',
        text: `${typed} is no ${value.type}`,
        detail: `${value.name} holds ${value.size} bytes.`,
      });
      return;
    }
    setTyped(undefined);
    for (const each of writes) {
      request('run.write', { run: source.run, source: source.source, ...each }).catch(toastError);
    }
  };
  return (
    <input
      className={styles.edit}
      aria-label={`${value.name}, writable`}
      title="Enter writes the value on every host of the run"
      value={typed ?? value.text}
      spellCheck={false}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => setTyped(undefined)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.ctrlKey) write();
        if (event.key === 'Escape' && typed !== undefined) {
          event.preventDefault();
          event.stopPropagation();
          setTyped(undefined);
        }
      }}
    />
  );
}
