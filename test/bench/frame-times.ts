import type { Page } from '@playwright/test';

/** Frames a second that this browser draws of a page on which only a small box moves: more than that no page can have here. */
export async function ownFrameRate(page: Page, milliseconds: number): Promise<number> {
  return page.evaluate((span) => {
    const box = document.createElement('div');
    box.style.cssText = 'position:fixed;left:0;top:0;width:9px;height:9px;background:#888;z-index:9';
    document.body.append(box);
    return new Promise<number>((resolve) => {
      let frames = 0;
      const start = performance.now();
      const step = (now: number): void => {
        frames++;
        box.style.transform = `translateX(${frames % 50}px)`;
        if (now - start < span) requestAnimationFrame(step);
        else {
          box.remove();
          resolve((frames * 1_000) / (performance.now() - start));
        }
      };
      requestAnimationFrame(step);
    });
  }, milliseconds);
}
