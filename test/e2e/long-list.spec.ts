import type { Page } from '@playwright/test';
import { expect, state, stop, test, write } from './workbench.ts';

/** Eight numbered events for each tick of a clock, five hundred times over: a million within seconds. */
const FLOOD = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	__u64 number;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
	__type(value, struct event);
} events SEC(".maps");

__u64 told;

SEC("perf_event")
int on_tick(void *context)
{
	for (int i = 0; i < 4000; i++) {
		struct event event = { .number = __sync_fetch_and_add(&told, 1) };

		bpf_ringbuf_output(&events, &event, sizeof(event), BPF_RB_NO_WAKEUP);
	}
	return 0;
}
`;

const table = (page: Page) => page.getByTestId('event-table');

/** Places of the first and of the last row that are seen whole, from 1, and of how many. */
async function seen(page: Page): Promise<{ first: number; last: number; total: number }> {
  return table(page).evaluate((element) => {
    const box = element.getBoundingClientRect();
    const head = element.querySelector('[role="columnheader"]')?.getBoundingClientRect().bottom ?? box.top;
    const foot = box.top + element.clientHeight;
    const places = [...element.querySelectorAll('[data-testid="event-row"]')].flatMap((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= head - 2 && bottom <= foot + 2 ? [Number(row.getAttribute('aria-rowindex'))] : [];
    });
    return {
      first: Math.min(...places),
      last: Math.max(...places),
      total: Number(element.getAttribute('aria-rowcount')),
    };
  });
}

/** Places of the rows in the order of the document. */
function documentOrder(page: Page): Promise<number[]> {
  return page
    .getByTestId('event-row')
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-rowindex'))));
}

test('in a list longer than a browser can scroll a wheel goes by its rows, and reaches both ends', async ({
  workbench: page,
}) => {
  await write(page, FLOOD);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  const rows = page.getByTestId('row-count');
  await expect
    .poll(async () => Number((await rows.textContent())?.replace(/\D/g, '')), { timeout: 60_000 })
    .toBeGreaterThan(700_000);
  await stop(page);
  await expect.poll(async () => (await seen(page)).first).toBe(1);
  const { height } = (await page.getByTestId('event-row').first().boundingBox()) ?? { height: Number.NaN };

  await table(page).hover();
  for (let turn = 0; turn < 3; turn++) await page.mouse.wheel(0, 10 * height);
  await expect.poll(async () => (await seen(page)).first).toBe(31);
  await page.mouse.wheel(0, -10 * height);
  await expect.poll(async () => (await seen(page)).first).toBe(21);
  // Once it rests, who reads the document reads the rows in their order.
  await expect
    .poll(async () => {
      const places = await documentOrder(page);
      return (
        places.length > 0 && places.every((place, at) => at === 0 || place === (places[at - 1] ?? 0) + 1)
      );
    })
    .toBe(true);

  // The scroll bar leaps to the end; from there the wheel goes row by row as well, and back to the very last.
  await table(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect.poll(async () => (await seen(page)).last).toBe((await seen(page)).total);
  const { last, total } = await seen(page);
  expect(last).toBe(total);
  await page.mouse.wheel(0, -40 * height);
  await expect.poll(async () => (await seen(page)).last).toBe(total - 40);
  await page.mouse.wheel(0, 60 * height);
  await expect.poll(async () => (await seen(page)).last).toBe(total);

  // By keyboard: a row is gone to, to the pixel.
  await table(page).focus();
  await page.keyboard.press('Home');
  await expect.poll(async () => (await seen(page)).first).toBe(1);
  const chosen = page.locator('[data-testid="event-row"][aria-selected="true"]');
  const chosenPlace = async (): Promise<number> => Number(await chosen.getAttribute('aria-rowindex'));
  let place = 0;
  for (let turn = 0; turn < 3; turn++) {
    await page.keyboard.press('PageDown');
    await expect.poll(chosenPlace).toBeGreaterThan(place);
    place = await chosenPlace();
  }
  await expect.poll(async () => (await seen(page)).last).toBe(place);

  // What is selected in a row stays so while the row is on screen.
  const selected = (): Promise<string | undefined> =>
    page.evaluate(() => globalThis.getSelection()?.toString().trim());
  await chosen
    .getByRole('gridcell')
    .last()
    .evaluate((cell) => globalThis.getSelection()?.selectAllChildren(cell));
  const text = await selected();
  expect(text).toMatch(/\d/);
  // One turn to have rows below it as well, one to scroll it.
  const top = (await seen(page)).first;
  await page.mouse.wheel(0, 4 * height);
  await expect.poll(async () => (await seen(page)).first).toBe(top + 4);
  await page.mouse.wheel(0, -2 * height);
  await expect.poll(async () => (await seen(page)).first).toBe(top + 2);
  expect(await chosenPlace()).toBe(place);
  expect(await selected()).toBe(text);

  // Larger letters: the same rows.
  const { first } = await seen(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  await page.keyboard.type('larger text');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => (await page.getByTestId('event-row').first().boundingBox())?.height)
    .toBeGreaterThan(height);
  await expect.poll(async () => Math.abs((await seen(page)).first - first)).toBeLessThan(2);
});
