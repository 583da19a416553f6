import { join } from 'node:path';
import type { Source } from '@probepad/protocol/schema';
import { escapeControls } from '@probepad/protocol/values/escape';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { FileOptions } from './file-options.ts';
import { type Output, openFile, type Sink } from './output.ts';
import type { SessionListener } from './session.ts';

/** A run's results as files: what `probepad run --format` writes, whatever the format. */
export interface ResultFiles {
  /** Something can't be written, or there is no such source: the run is to end. */
  readonly failed: boolean;
  /** Takes what a run tells; `remarks` says what happens beside. */
  report(remarks: SessionListener): SessionListener;
  hasRoom(): boolean;
  onRoom(listener: () => void): void;
  /**
   * Ends every file and waits until it is written; the hosts have to be there still, to be asked for names.
   * @param hurry aborted: nothing is waited for any more but the writing
   */
  finish(hurry: AbortSignal): Promise<void>;
}

/** Where the files of a run go, and which of its sources are written. */
export interface Places {
  readonly failed: boolean;
  /** Says once what is wrong, and ends the run with the code. */
  give(code: ExitCode, line: string): void;
  /**
   * The source that the user named, all for a folder, else the first.
   * @param shown what there is to choose from for whoever named none
   * @param named what may be named
   */
  chosen(shown: readonly Source[], named: readonly Source[]): Source[];
  /** @throws the error of opening the file */
  sinkFor(source: string, ending: string): Sink;
  hasRoom(): boolean;
  onRoom(listener: () => void): void;
  /** Standard output is the command's to end. */
  flush(): Promise<void>;
}

/** @param fail ends the run with this code; why has been said */
export function createPlaces(
  { format, source: wanted, out }: FileOptions,
  output: Output,
  notice: (line: string) => void,
  fail: (code: ExitCode) => void,
): Places {
  const sinks: Sink[] = [];
  const roomListeners: (() => void)[] = [];
  let failed = false;

  function give(code: ExitCode, line: string): void {
    if (failed) return;
    failed = true;
    notice(`probepad: ${escapeControls(line)}`);
    fail(code);
  }

  return {
    get failed() {
      return failed;
    },
    give,
    chosen(shown, named) {
      const names = shown.map(({ name }) => name).join(', ');
      if (wanted !== undefined) {
        const found = named.filter(({ name }) => name === wanted);
        if (found.length === 0)
          give(EXIT.usage, `--source ${wanted}: for --format ${format} the program has ${names || 'none'}`);
        return found;
      }
      if (out.kind === 'folder') return [...shown];
      const [first, ...others] = shown;
      if (first !== undefined && others.length > 0)
        notice(escapeControls(`writing ${first.name}; --source takes ${names}`));
      return first === undefined ? [] : [first];
    },
    sinkFor(source, ending) {
      if (out.kind === 'stdout') return output;
      const path = out.kind === 'file' ? out.path : join(out.path, `${fileName(source)}.${ending}`);
      const sink = openFile(path);
      sink.onGone((error) => give(EXIT.host, `writing ${path}: ${error.message}`));
      sink.onRoom(() => {
        for (const listener of roomListeners) listener();
      });
      sinks.push(sink);
      return sink;
    },
    hasRoom: () => sinks.every((sink) => sink.hasRoom()),
    onRoom: (listener) => void roomListeners.push(listener),
    async flush() {
      for (const sink of sinks) await sink.flush();
    },
  };
}

/** A source's name of characters that any file system takes; a section begins with a dot, which would hide the file. */
function fileName(source: string): string {
  return source.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^\.+/, '') || 'source';
}
