import { createContext, useContext, useEffect } from 'react';
import type { Picture } from './picture.ts';

/** The place of the dashboard's panel that a view stands in; undefined elsewhere. */
export const PanelPlace = createContext<number | undefined>(undefined);

/** What the panels of the dashboard on screen would draw of themselves, by their places. */
const pictures = new Map<number, () => Picture>();

/** A view in a panel tells how it is drawn, so that the dashboard can be drawn as a whole. */
export function usePanelPicture(take: (() => Picture) | undefined): void {
  const place = useContext(PanelPlace);
  useEffect(() => {
    if (place === undefined || take === undefined) return undefined;
    pictures.set(place, take);
    return () => {
      if (pictures.get(place) === take) pictures.delete(place);
    };
  });
}

export function pictureOfPanel(place: number): Picture | undefined {
  return pictures.get(place)?.();
}
