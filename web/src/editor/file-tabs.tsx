import { FILE_NAME_PATTERN, SNIPPET_FILES_MAX } from '@probepad/protocol/limits';
import type { KeyboardEvent } from 'react';
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Problem } from '../session/problems.ts';
import {
  addFile,
  HEADER_FILE,
  mainFile,
  removeFile,
  renameFile,
  useWorkspace,
} from '../session/workspace.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { names } from '../ui/names.ts';
import { toast } from '../ui/toast.tsx';
import styles from './file-tabs.module.css';
import { focusEditor } from './monaco.ts';

/** The file name that is being typed, of a new file or in place of another. */
const useNaming = create<{ naming: { from: string | undefined; to: string } | undefined }>(() => ({
  naming: undefined,
}));

function setNaming(naming: { from: string | undefined; to: string } | undefined): void {
  useNaming.setState({ naming });
}

/** Asks for another name for the file that is shown. */
export function renameShown(): void {
  const { file } = useWorkspace.getState();
  if (file !== HEADER_FILE) setNaming({ from: file, to: file });
}

/** Asks for the name of a file to add. */
export function nameNewFile(): void {
  if (useWorkspace.getState().files.length < SNIPPET_FILES_MAX) setNaming({ from: undefined, to: '' });
}

/** Names the file as was typed, if it may be called so. */
function takeName(): void {
  const { naming } = useNaming.getState();
  if (!naming) return;
  setNaming(undefined);
  const { from, to } = naming;
  const taken = useWorkspace.getState().files.some(({ name }) => name === to);
  if (!FILE_NAME_PATTERN.test(to) || to === HEADER_FILE || taken) return;
  if (from === undefined) addFile(to);
  else renameFile(from, to);
}

/** The probe's files, and the kernel's header as a read-only one. */
export function FileTabs({ problems, onOpen }: { problems: readonly Problem[]; onOpen(): void }) {
  const fileNames = useWorkspace(useShallow((state) => state.files.map(({ name }) => name)));
  const main = useWorkspace((state) => mainFile(state.files));
  const file = useWorkspace((state) => state.file);
  const header = useWorkspace((state) => state.header);
  const naming = useNaming((state) => state.naming);
  const all: string[] = [...fileNames, ...(header ? [HEADER_FILE] : [])];
  const select = (name: string): void => {
    useWorkspace.setState({ file: name });
  };

  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = all[(all.indexOf(file) + step + all.length) % all.length];
    if (next === undefined) return;
    select(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-file="${CSS.escape(next)}"]`)?.focus();
  };

  const nameInput = naming && (
    <input
      // biome-ignore lint/a11y/noAutofocus: the user has just asked to type a name here
      autoFocus
      className={names(styles.name, !FILE_NAME_PATTERN.test(naming.to) && naming.to !== '' && styles.wrong)}
      aria-label="File name"
      placeholder="name.h"
      value={naming.to}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setNaming({ ...naming, to: event.target.value })}
      onBlur={takeName}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') takeName();
        else if (event.key === 'Escape') setNaming(undefined);
        else return;
        event.preventDefault();
        focusEditor();
      }}
    />
  );

  return (
    <div className={styles.strip}>
      <div role="tablist" aria-label="Files" className={styles.tabs} onKeyDown={move}>
        {all.map((name) => {
          if (naming?.from === name) return <div key={name}>{nameInput}</div>;
          const errors = problems.filter(
            ({ place, severity }) => place?.file === name && severity === 'error',
          );
          const closable = name !== main;
          return (
            <div
              key={name}
              role="presentation"
              className={names(styles.tab, name === file && styles.current, closable && styles.closable)}
            >
              <button
                type="button"
                role="tab"
                aria-selected={name === file}
                tabIndex={name === file ? 0 : -1}
                data-file={name}
                data-testid={`file-tab-${name}`}
                title={name === main ? `${name}: the file that is compiled` : name}
                className={styles.select}
                onClick={() => select(name)}
                onDoubleClick={() => name !== HEADER_FILE && setNaming({ from: name, to: name })}
              >
                {name === HEADER_FILE && <Icon name="lock" size={12} />}
                <span
                  className={errors.length > 0 ? styles.bad : undefined}
                  data-count={errors.length > 0 ? errors.length : undefined}
                >
                  {name}
                </span>
              </button>
              {closable && (
                <span className={styles.close}>
                  <IconButton
                    icon="close"
                    small
                    label={name === HEADER_FILE ? 'Close vmlinux.h' : `Remove ${name}`}
                    onClick={() => {
                      if (name !== HEADER_FILE) removeWithWords(name);
                      else useWorkspace.setState({ header: false, file: file === HEADER_FILE ? main : file });
                    }}
                  />
                </span>
              )}
            </div>
          );
        })}
      </div>
      {naming?.from === undefined && nameInput}
      <span className={styles.add}>
        <IconButton
          icon="plus"
          small
          label="Add a file"
          disabled={fileNames.length >= SNIPPET_FILES_MAX}
          onClick={nameNewFile}
        />
        <IconButton
          icon="open"
          small
          label="Open files of this computer"
          onClick={onOpen}
          data-testid="open-files"
        />
      </span>
      {!header && (
        <span className={styles.end}>
          <Button small tone="quiet" icon="lock" onClick={openHeader} data-testid="open-vmlinux">
            vmlinux.h
          </Button>
        </span>
      )}
    </div>
  );
}

function removeWithWords(name: string): void {
  const undo = removeFile(name);
  if (undo) toast({ text: `${name} is removed.`, action: { label: 'Undo', run: undo } });
}

/** Shows the kernel's own types. */
export function openHeader(): void {
  useWorkspace.setState({ header: true, file: HEADER_FILE });
}
