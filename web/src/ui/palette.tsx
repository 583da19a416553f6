import { Command as Cmdk } from 'cmdk';
import { Dialog as Radix } from 'radix-ui';
import styles from './palette.module.css';

/** One thing a person can do, by name, key or palette. */
export interface Command {
  id: string;
  /** `Run`, `View`, `Host`: what the command is about. */
  group: string;
  title: string;
  keys?: string;
  disabled?: boolean;
  run(): void;
}

/** Every command, found by typing. */
export function Palette({
  commands,
  open,
  onClose,
}: {
  commands: readonly Command[];
  open: boolean;
  onClose: () => void;
}) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={styles.shade} />
        <Radix.Content
          className={styles.palette}
          aria-describedby={undefined}
          data-testid="palette"
          // A command may have moved the keyboard on; else it goes back to where it was.
          onCloseAutoFocus={(event) => {
            if (document.activeElement !== document.body) event.preventDefault();
          }}
        >
          <Radix.Title className="visually-hidden">Commands</Radix.Title>
          <Cmdk label="Commands" loop>
            <Cmdk.Input className={styles.input} placeholder="Type a command" autoFocus />
            <Cmdk.List className={styles.list}>
              <Cmdk.Empty className={styles.none}>No command of that name.</Cmdk.Empty>
              {commands.map((command) => (
                <Cmdk.Item
                  key={command.id}
                  value={`${command.group}: ${command.title}`}
                  disabled={command.disabled ?? false}
                  className={styles.item}
                  onSelect={() => {
                    onClose();
                    // Until it is gone it would take the keyboard back from what the command opens.
                    requestAnimationFrame(() => command.run());
                  }}
                >
                  <span className={styles.group}>{command.group}:</span>
                  {command.title}
                  {command.keys && <kbd className={styles.keys}>{command.keys}</kbd>}
                </Cmdk.Item>
              ))}
            </Cmdk.List>
          </Cmdk>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
