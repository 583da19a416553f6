import { IconButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/popover.tsx';
import { toastError } from '../../ui/toast.tsx';
import { dashboardPicture, type PanelDrawing } from '../picture/dashboard-picture.ts';
import { pictureOfPanel } from '../picture/panel-pictures.ts';
import { runName } from '../save-file.ts';
import { captionOf, savePicture } from '../save-picture.ts';

/** The dashboard as one picture, as it stands on the page: also what of it is scrolled out of sight. */
export function DashboardDownload() {
  return (
    <Menu
      trigger={
        <IconButton icon="download" small label="Download the dashboard" data-testid="dashboard-download" />
      }
      items={(['png', 'svg'] as const).map((ending) => ({
        label: `Picture as ${ending.toUpperCase()}`,
        icon: 'chart',
        onSelect: () => {
          const picture = dashboardPicture(runName() || 'Dashboard', panelsOnPage());
          savePicture(picture, captionOf('dashboard'), 'dashboard', '', ending).catch(toastError);
        },
      }))}
    />
  );
}

function panelsOnPage(): PanelDrawing[] {
  const grid = document.querySelector('[data-testid="dashboard"]');
  const corner = grid?.getBoundingClientRect();
  if (!grid || !corner) return [];
  return [...grid.querySelectorAll<HTMLElement>('[data-panel]')].map((panel) => {
    const { left, top, width, height } = panel.getBoundingClientRect();
    return {
      ...{ left: left - corner.left, top: top - corner.top, width, height },
      picture: pictureOfPanel(Number(panel.dataset.panel)),
      name: panel.querySelector('h4')?.textContent ?? '',
    };
  });
}
