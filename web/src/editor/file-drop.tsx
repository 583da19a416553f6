import { type DragEvent, type ReactNode, useEffect, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { names } from '../ui/names.ts';
import styles from './file-drop.module.css';

/** The page's main part, which takes files that are dropped onto it. Beside it nothing does: a browser would open them in the page's place. */
export function FileDrop({
  className,
  onFiles,
  children,
}: {
  className: string | undefined;
  onFiles(files: readonly File[]): void;
  children: ReactNode;
}) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const refuse = (event: globalThis.DragEvent): void => {
      if (!holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (event.type === 'dragover' && event.dataTransfer) event.dataTransfer.dropEffect = 'none';
    };
    window.addEventListener('dragover', refuse);
    window.addEventListener('drop', refuse);
    return () => {
      window.removeEventListener('dragover', refuse);
      window.removeEventListener('drop', refuse);
    };
  }, []);

  // On the way down: the editor would put a dropped file's name into the text.
  const onDragOver = (event: DragEvent): void => {
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = 'copy';
    setOver(true);
  };
  const onDrop = (event: DragEvent): void => {
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  return (
    <main
      className={names(className, styles.zone)}
      data-part="editor"
      onDragEnterCapture={onDragOver}
      onDragOverCapture={onDragOver}
      onDragLeaveCapture={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDropCapture={onDrop}
    >
      {children}
      {over && (
        <div className={styles.hint} data-testid="drop-hint">
          <Icon name="open" size={28} />
          Drop .c and .h files to open them
        </div>
      )}
    </main>
  );
}

function holdsFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}
