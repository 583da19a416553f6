import { foldedText } from '@probepad/protocol/export/folded';
import { pprofBytes } from '@probepad/protocol/export/pprof';
import { speedscopeText } from '@probepad/protocol/export/speedscope';
import type { StackProfile } from '@probepad/protocol/export/stack-profile';
import { foldedStacks } from '@probepad/protocol/views/flame-tree';
import type { FlameGraph } from '../../session/flame.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/popover.tsx';
import { toastError } from '../../ui/toast.tsx';
import { fileName, saveFile } from '../save-file.ts';

const FORMATS: readonly {
  label: string;
  ending: string;
  make(profile: StackProfile): Promise<Blob> | Blob;
}[] = [
  {
    label: 'Folded stacks',
    ending: 'folded',
    make: (profile) => new Blob([foldedText(profile)], { type: 'text/plain' }),
  },
  {
    label: 'speedscope',
    ending: 'speedscope.json',
    make: (profile) => new Blob([speedscopeText(profile)], { type: 'application/json' }),
  },
  {
    label: 'pprof',
    ending: 'pb.gz',
    make: (profile) => zipped(new Blob([pprofBytes(profile)])),
  },
];

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
      items={FORMATS.map(({ label, ending, make }) => ({
        label,
        icon: 'file',
        onSelect: () => {
          const stacks = [...foldedStacks(graph.tree, graph.names)];
          Promise.resolve(make({ name: source, unit: graph.unit, weight: graph.weight, stacks }))
            .then((content) => saveFile(content, fileName(source, 'stacks', ending)))
            .catch(toastError);
        },
      }))}
    />
  );
}

function zipped(content: Blob): Promise<Blob> {
  return new Response(content.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}
