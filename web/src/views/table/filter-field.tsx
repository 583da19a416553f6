import { type RefObject, useId } from 'react';
import type { FilterProblem } from '../../session/decoder.ts';
import { Icon } from '../../ui/icon.tsx';
import { names } from '../../ui/names.ts';
import styles from '../table.module.css';

/** The word that is being typed, where a column's name may stand. */
const WORD = /(?:^|[\s(!&|,])([A-Za-z_][\w.]*)$/;
const SUGGESTIONS_MAX = 20;

export interface FilterFieldProps {
  what: 'rows' | 'entries';
  text: string;
  onChange(text: string): void;
  problem?: FilterProblem | undefined;
  /** Names to complete. */
  words?: readonly string[];
  input?: RefObject<HTMLInputElement | null>;
}

/** A text to look for, or an expression; names of columns complete as they are typed. */
export function FilterField({ what, text, onChange, problem, words = [], input }: FilterFieldProps) {
  const id = useId();
  const typed = WORD.exec(text)?.[1] ?? '';
  const before = text.slice(0, text.length - typed.length);
  const fitting = words
    .filter((word) => word.toLowerCase().startsWith(typed.toLowerCase()) && word !== typed)
    .slice(0, SUGGESTIONS_MAX);
  return (
    <label className={names(styles.filter, problem && styles.wrong)}>
      <Icon name="search" size={13} />
      <input
        ref={input}
        value={text}
        placeholder={
          what === 'rows' ? 'filter: text, or pid == 42 && comm ~ "sh"' : 'filter: text, or value > 100'
        }
        aria-label={`Filter ${what}`}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        spellCheck={false}
        autoComplete="off"
        list={`${id}-words`}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}-words`}>
        {typed !== '' && fitting.map((word) => <option key={word} value={`${before}${word}`} />)}
      </datalist>
    </label>
  );
}

/** What is wrong with a filter, with the place marked, and what to do. */
export function FilterProblemLine({ text, problem }: { text: string; problem: FilterProblem }) {
  const { start, end, message, remedy } = problem;
  return (
    <div className={styles.problem} role="status" data-testid="filter-problem">
      <code aria-hidden="true">
        {text.slice(0, start)}
        <mark>{text.slice(start, end) || ' '}</mark>
        {text.slice(end)}
      </code>
      <span>
        {message}. <span className={styles.remedy}>→ {remedy}</span>
      </span>
    </div>
  );
}
