import { errorOf } from '@probepad/protocol/errors';
import { useEffect } from 'react';
import { create } from 'zustand';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import { names } from './names.ts';
import styles from './toast.module.css';

interface Toast {
  id: number;
  tone: 'info' | 'error';
  text: string;
  detail?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
let nextId = 1;

/** Shows a short message; errors stay until closed. */
export function toast(message: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone'] }): void {
  const entry: Toast = { tone: 'info', ...message, id: nextId++ };
  useToasts.setState(({ toasts }) => ({
    toasts: [...toasts.filter((each) => each.text !== entry.text), entry].slice(-4),
  }));
}

/** Says what went wrong and what to do about it. */
export function toastError(thrown: unknown): void {
  const { message, remedy } = errorOf(thrown);
  toast({ tone: 'error', text: message, detail: remedy });
}

function close(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) }));
}

const INFO_MILLISECONDS = 5_000;
const ACTION_MILLISECONDS = 12_000;

function ToastCard({ entry }: { entry: Toast }) {
  useEffect(() => {
    if (entry.tone === 'error') return;
    const timer = setTimeout(() => close(entry.id), entry.action ? ACTION_MILLISECONDS : INFO_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [entry]);
  return (
    <div
      className={names(styles.toast, entry.tone === 'error' && styles.error)}
      role={entry.tone === 'error' ? 'alert' : 'status'}
    >
      <Icon name={entry.tone === 'error' ? 'error' : 'info'} />
      <div className={styles.text}>
        <div>{entry.text}</div>
        {entry.detail && <div className={styles.detail}>{entry.detail}</div>}
      </div>
      {entry.action && (
        <Button
          small
          onClick={() => {
            entry.action?.run();
            close(entry.id);
          }}
        >
          {entry.action.label}
        </Button>
      )}
      <IconButton icon="close" label="Dismiss" small onClick={() => close(entry.id)} />
    </div>
  );
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div className={styles.stack} data-testid="toasts">
      {toasts.map((entry) => (
        <ToastCard key={entry.id} entry={entry} />
      ))}
    </div>
  );
}
