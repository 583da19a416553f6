import { type KeyboardEvent, useState } from 'react';
import type { SourceRef } from '../../session/decoder.ts';
import type { GlobalValue } from '../../session/globals.ts';
import { names } from '../../ui/names.ts';
import { CellText } from '../cell-text.tsx';
import styles from './globals.module.css';
import { type GlobalRow, sliderRange } from './rows-of-globals.ts';
import { type GlobalWriting, useGlobalWrite } from './use-global-write.ts';

/** What sets a variable while the probe runs, by its type. What is set goes to every host of the run; what each answers stands beside it. */
export function GlobalControl({ source, row }: { source: SourceRef; row: GlobalRow }) {
  const writing = useGlobalWrite(
    source,
    row.hosts.filter(({ writable }) => writable),
  );
  return (
    <div className={styles.control}>
      <Control value={row.first} writing={writing} />
      <Answers writing={writing} several={row.hosts.length > 1} />
    </div>
  );
}

function Control({ value, writing }: { value: GlobalValue; writing: GlobalWriting }) {
  const label = `${value.name}, writable`;
  if (value.encoding === 'bool') {
    const on = (writing.sent ?? value.text) === 'true';
    return (
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-label={label}
        className={styles.switch}
        onClick={() => writing.write(String(!on))}
      >
        <span className={styles.track} />
        {on ? 'true' : 'false'}
      </button>
    );
  }
  if (value.choices) {
    const current = value.choices.find(([name, number]) =>
      writing.sent === undefined ? name === value.text : number === writing.sent,
    );
    return (
      <select
        className={styles.select}
        aria-label={label}
        value={current?.[1] ?? ''}
        onChange={(event) => writing.write(event.currentTarget.value)}
      >
        {!current && <option value="">{value.text}</option>}
        {value.choices.map(([name, number]) => (
          <option key={name} value={number}>
            {name}
          </option>
        ))}
      </select>
    );
  }
  return (
    <>
      <TypedValue value={value} label={label} writing={writing} />
      <Slider value={value} writing={writing} />
    </>
  );
}

/** The live value until somebody types; Enter writes it, Escape gives up. */
function TypedValue({
  value,
  label,
  writing,
}: {
  value: GlobalValue;
  label: string;
  writing: GlobalWriting;
}) {
  const [typed, setTyped] = useState<string>();
  const [refused, setRefused] = useState(false);
  const isText = value.encoding === 'text';
  const raw = value.raw ?? value.text;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.ctrlKey && typed !== undefined) {
      const fits = writing.write(typed);
      setRefused(!fits);
      if (fits) setTyped(undefined);
    }
    if (event.key === 'Escape' && typed !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      setTyped(undefined);
      setRefused(false);
    }
  };
  return (
    <>
      <input
        className={names(styles.edit, isText && styles.long)}
        aria-label={label}
        aria-invalid={refused}
        title={`Enter writes the value on every host of the run${value.unit ? `; ${value.unit.dimension === 'time' ? '5 ms' : '64 KiB'} is understood, too` : ''}`}
        value={typed ?? writing.sent ?? raw}
        spellCheck={false}
        inputMode={isText ? 'text' : 'numeric'}
        maxLength={isText ? value.size - 1 : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          setRefused(false);
        }}
        onBlur={() => {
          setTyped(undefined);
          setRefused(false);
        }}
        onKeyDown={onKey}
      />
      {refused ? (
        <span role="alert" className={styles.problem}>
          {typed} is no {value.type}: it holds {value.size} bytes
        </span>
      ) : (
        !isText && value.text !== raw && <span className={styles.meaning}>{value.text}</span>
      )}
    </>
  );
}

/** Each step is written at once: what it does is seen while it moves. */
function Slider({ value, writing }: { value: GlobalValue; writing: GlobalWriting }) {
  const range = sliderRange(value);
  if (!range || value.number === undefined) return null;
  const { least, most } = range;
  const step =
    value.encoding === 'float' ? (most - least) / 1000 : Math.max(1, Math.floor((most - least) / 1000));
  return (
    <span className={styles.slider}>
      <input
        type="range"
        aria-label={`${value.name}, from ${least} to ${most}`}
        min={least}
        max={most}
        step={step}
        value={writing.sent ?? value.number}
        onChange={(event) => writing.write(event.currentTarget.value)}
      />
      <span aria-hidden="true">
        {least} … {most}
      </span>
    </span>
  );
}

function Answers({ writing: { answers }, several }: { writing: GlobalWriting; several: boolean }) {
  return (
    <span className={styles.answers} role="status" data-testid="write-answers">
      {answers.map(({ host, hostName, done, problem }) => (
        <span key={host} className={problem === undefined ? styles.written : styles.problem}>
          {problem !== undefined ? '× ' : done ? '✓ ' : '… '}
          {several && <CellText text={hostName} />} {problem ?? (done ? 'written' : 'on its way')}
        </span>
      ))}
    </span>
  );
}
