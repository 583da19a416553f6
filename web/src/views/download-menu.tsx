import {
  type ExportedTable,
  SHOWN_FORMATS,
  type ShownFormat,
  shownText,
} from '@probepad/protocol/export/shown-table';
import { STACK_FORMATS } from '@probepad/protocol/export/stack-file';
import type { StackProfile } from '@probepad/protocol/export/stack-profile';
import { TABLE_FORMATS, type TableFormat } from '@probepad/protocol/export/table-file';
import { SHOWN_PARQUET, shownParquet } from '@probepad/protocol/export/typed-table';
import type { FileQuery, FileRows } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu, type MenuItem } from '../ui/popover.tsx';
import { toast, toastError } from '../ui/toast.tsx';
import { groupDigits } from './numbers.ts';
import { usePanelPicture } from './picture/panel-pictures.ts';
import type { Picture } from './picture/picture.ts';
import { tablePicture } from './picture/table-picture.ts';
import { fileName, saveFile } from './save-file.ts';
import { captionOf, savePicture } from './save-picture.ts';

/** What a view can be taken along as. */
export interface Downloads {
  /** What is shown, as it is shown; undefined while there is nothing. Of many rows in `shown` instead. */
  collect?: (() => ExportedTable) | undefined;
  /** Rows as they are shown, the columns of them, and those rows that are on screen. */
  shown?: { rows: FileRows; columns: readonly string[]; visible(): ExportedTable } | undefined;
  /** The rows that are shown, as the program wrote them, or the groups of them: numbers stay numbers. */
  typed?: FileRows | undefined;
  picture?: (() => Picture) | undefined;
  /** For other tools' flame graphs. */
  stacks?: (() => StackProfile) | undefined;
}

/** Saves what a view holds as a file: nothing is sent anywhere. */
export function DownloadMenu({
  source,
  view = 'table',
  collect,
  shown,
  typed,
  picture,
  stacks,
}: Downloads & { source: string; view?: string | undefined }) {
  const rows = shown?.visible ?? collect;
  usePanelPicture(picture ?? (rows && (() => tablePicture(source, rows()))));
  const asShown = Object.entries(SHOWN_FORMATS).map(
    ([format, { label, ending, type }]): MenuItem => ({
      label,
      icon: 'file',
      onSelect: () =>
        perform(async () => {
          const own = format as ShownFormat;
          const content = shown
            ? await fileOf({ ...shown.rows, as: 'shown', format: own, columns: shown.columns })
            : collect && new Blob(shownText(own, collect()), { type });
          if (content) saveFile(content, fileName(source, view, ending));
        }),
    }),
  );
  const parquet: MenuItem = {
    label: SHOWN_PARQUET.label,
    icon: 'file',
    onSelect: () =>
      perform(async () => {
        if (!collect) return;
        const content = new Blob(shownParquet(collect()), { type: SHOWN_PARQUET.type });
        saveFile(content, fileName(source, view, SHOWN_PARQUET.ending));
      }),
  };
  const values = Object.entries(TABLE_FORMATS).map(
    ([format, { label, ending }]): MenuItem => ({
      label: `Raw values as ${label}`,
      icon: 'table',
      onSelect: () =>
        perform(async () => {
          if (!typed) return;
          const blob = await fileOf({ ...typed, as: 'values', format: format as TableFormat });
          saveFile(blob, fileName(source, 'values', ending));
        }),
    }),
  );
  const profiles = Object.values(STACK_FORMATS).map(
    ({ label, ending, type, gzip, write }): MenuItem => ({
      label,
      icon: 'file',
      onSelect: () =>
        perform(async () => {
          if (!stacks) return;
          const content = new Blob([write(stacks())], { type });
          saveFile(gzip ? await zipped(content) : content, fileName(source, 'stacks', ending));
        }),
    }),
  );
  const pictures = (['png', 'svg'] as const).map(
    (ending): MenuItem => ({
      label: `Picture as ${ending.toUpperCase()}`,
      icon: 'chart',
      onSelect: () =>
        perform(async () => {
          if (!picture) return;
          await savePicture(picture(), captionOf(source), source, view, ending);
        }),
    }),
  );
  return (
    <Menu
      trigger={
        <IconButton
          icon="download"
          small
          label="Download"
          disabled={collect === undefined && shown === undefined}
          data-testid="download"
        />
      }
      items={[
        ...(stacks ? profiles : []),
        ...asShown,
        ...(collect && !typed ? [parquet] : []),
        ...(typed ? values : []),
        ...(picture ? pictures : []),
      ]}
    />
  );
}

function zipped(content: Blob): Promise<Blob> {
  return new Response(content.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}

function perform(action: () => Promise<void>): void {
  action().catch(toastError);
}

/** Files of fewer rows are there before anybody could read that they are being made. */
const WORTH_TELLING = 50_000;

type NoJob<Query> = Query extends unknown ? Omit<Query, 'job'> : never;

/** Made by the worker, turn by turn. */
async function fileOf(query: NoJob<FileQuery>): Promise<Blob> {
  const job = crypto.randomUUID();
  for (let told = 0; ; ) {
    const { blob, rows } = await theDecoder().file({ ...query, job });
    if (blob) return blob;
    if (rows >= told + WORTH_TELLING) {
      told = rows;
      toast({ text: `Writing ${query.source}: ${groupDigits(rows)} rows so far` });
    }
  }
}
