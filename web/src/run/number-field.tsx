import { type ComponentProps, useEffect, useState } from 'react';
import { Field } from '../ui/field.tsx';

/** A field for an amount, empty for none (0). What is typed stays as it is typed: "0." is on the way to "0.5". */
export function NumberField({
  amount,
  onAmount,
  ...rest
}: Omit<ComponentProps<typeof Field>, 'value' | 'onValue' | 'problem'> & {
  amount: number;
  onAmount(amount: number): void;
}) {
  const [text, setText] = useState(textOf(amount));
  const typed = amountOf(text);
  useEffect(() => {
    setText((before) => (amountOf(before) === amount ? before : textOf(amount)));
  }, [amount]);
  return (
    <Field
      inputMode="decimal"
      {...rest}
      value={text}
      problem={typed === undefined ? 'A number, or nothing.' : undefined}
      onValue={(next) => {
        setText(next);
        const given = amountOf(next);
        if (given !== undefined) onAmount(given);
      }}
    />
  );
}

function textOf(amount: number): string {
  return amount === 0 ? '' : String(amount);
}

/** Undefined for what is no amount. */
function amountOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  return /^\d{0,9}\.?\d{0,6}$/.test(trimmed) && /\d/.test(trimmed) ? Number(trimmed) : undefined;
}
