import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/popover.tsx';
import { toastError } from '../ui/toast.tsx';
import { csvOf, type ExportedTable, jsonLinesOf } from './export-rows.ts';

const FORMATS = [
  { label: 'CSV', ending: 'csv', type: 'text/csv', write: csvOf },
  { label: 'JSON lines', ending: 'jsonl', type: 'application/jsonl', write: jsonLinesOf },
] as const;

/** Saves the rows that a view holds as a file, made on this page: nothing is sent anywhere. */
export function DownloadMenu({
  source,
  collect,
}: {
  source: string;
  collect: (() => Promise<ExportedTable>) | undefined;
}) {
  return (
    <Menu
      trigger={
        <IconButton
          icon="download"
          small
          label="Download"
          disabled={collect === undefined}
          data-testid="download"
        />
      }
      items={FORMATS.map(({ label, ending, type, write }) => ({
        label,
        icon: 'file',
        onSelect: () => {
          collect?.()
            .then((table) => save(new Blob(write(table), { type }), `${fileName(source)}.${ending}`))
            .catch(toastError);
        },
      }))}
    />
  );
}

/** The source and the local time, of characters that any file system takes. */
function fileName(source: string): string {
  const name = source.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || 'source';
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return `${name}-${local.toISOString().slice(0, 19).replaceAll(':', '-')}`;
}

/** Milliseconds until a file's content is given up: Firefox and Safari may still read a large one long after the click. */
const CONTENT_KEPT = 60_000;

function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), CONTENT_KEPT);
}
