import type { LaunchOptions } from '@playwright/test';

/** How Debian's Chromium is started for tests: headless, as root, and without a word to any network. */
export const CHROMIUM: LaunchOptions = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--no-first-run',
  ],
};
