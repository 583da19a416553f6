import { STACK_FORMATS } from '@probepad/protocol/export/stack-file';
import { foldedStacks } from '@probepad/protocol/views/flame-tree';
import type { FlameGraph } from '../../session/flame.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/popover.tsx';
import { toastError } from '../../ui/toast.tsx';
import { fileName, saveFile } from '../save-file.ts';

/** Saves the stacks that are shown in a format of other tools. */
export function FlameDownload({ source, graph }: { source: string; graph: FlameGraph }) {
  return (
    <Menu
      trigger={
        <IconButton
          icon="download"
          small
          label="Download"
          disabled={graph.stacks === 0}
          data-testid="download"
        />
      }
      items={Object.values(STACK_FORMATS).map(({ label, ending, type, gzip, write }) => ({
        label,
        icon: 'file',
        onSelect: () => {
          const stacks = [...foldedStacks(graph.tree, graph.names)];
          const profile = { name: source, unit: graph.unit, weight: graph.weight, stacks };
          const content = new Blob([write(profile)], { type });
          (gzip ? zipped(content) : Promise.resolve(content))
            .then((file) => saveFile(file, fileName(source, 'stacks', ending)))
            .catch(toastError);
        },
      }))}
    />
  );
}

function zipped(content: Blob): Promise<Blob> {
  return new Response(content.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}
