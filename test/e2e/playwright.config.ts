import { defineConfig } from '@playwright/test';
import { CHROMIUM, SCREEN } from '../stack/chromium.ts';

/** One browser at a time: the machine has two cores, and the tests share a kernel. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  retries: 0,
  forbidOnly: true,
  outputDir: '../../test-results',
  use: {
    ...SCREEN,
    launchOptions: CHROMIUM,
    // A trace of every test costs a third of its time: --trace retain-on-failure asks for it.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
});
