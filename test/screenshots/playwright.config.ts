import { defineConfig } from '@playwright/test';
import { CHROMIUM } from '../stack/chromium.ts';

/** Pictures for docs/VIEWS.md, made by `node scripts/screenshots.mjs`: no test of `npm test`. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 60_000 },
  outputDir: '../../test-results',
  use: { launchOptions: CHROMIUM },
});
