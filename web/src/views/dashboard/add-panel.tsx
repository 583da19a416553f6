import { changeSettings, useWorkspace } from '../../session/workspace.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, type MenuItem } from '../../ui/popover.tsx';
import { toast } from '../../ui/toast.tsx';
import { type ShownSource, VIEW_NAMES } from '../shown-views.ts';
import { panelsOf } from './panels.ts';

/** A menu of every view of every source: one more panel of it; and back to the dashboard that is proposed. */
export function AddPanel({ sources }: { sources: readonly ShownSource[] }) {
  const saved = useWorkspace((state) => state.settings.panels);
  const items: MenuItem[] = sources.flatMap(({ source, views }) =>
    views.map(({ kind }) => ({
      label: `${source.name} · ${VIEW_NAMES[kind].label}`,
      icon: VIEW_NAMES[kind].icon,
      onSelect: () =>
        changeSettings({ panels: [...panelsOf(saved, sources), { source: source.name, view: kind }] }),
    })),
  );
  const reset: MenuItem = {
    label: 'As proposed for this program',
    icon: 'grid',
    disabled: saved === undefined,
    onSelect() {
      changeSettings({ panels: undefined });
      toast({ text: 'The dashboard is as proposed' });
    },
  };
  return (
    <Menu
      items={[...items, reset]}
      trigger={
        <Button small icon="plus" tone="quiet" data-testid="add-to-dashboard">
          Add panel
        </Button>
      }
    />
  );
}
