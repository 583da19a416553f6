import { useRuns } from '../session/runs.ts';
import { useWorkspace } from '../session/workspace.ts';

/** Milliseconds until a file's content is given up: Firefox and Safari may still read a large one long after the click. */
const CONTENT_KEPT = 60_000;

/** Saves a file that this page made: nothing is sent anywhere. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), CONTENT_KEPT);
}

/** Run, source, view and the local time, of characters that any file system takes. */
export function fileName(source: string, view: string, ending: string): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  const time = local.toISOString().slice(0, 19).replaceAll(':', '-');
  return `${[runName(), source, view].map(plain).filter(Boolean).join('-')}-${time}.${ending}`;
}

/** The name of the run on screen, without what all programs' names end with. */
export function runName(): string {
  const { run } = useWorkspace.getState();
  const name = run === undefined ? undefined : useRuns.getState().runs[run]?.info?.name;
  return (name ?? '').replace(/(\.bpf)?\.c$/, '');
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
}
