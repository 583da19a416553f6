import type { BrowserContextOptions, LaunchOptions } from '@playwright/test';

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

/** What the tests' browser shows and may do. */
export const SCREEN: BrowserContextOptions = {
  viewport: { width: 1440, height: 900 },
  permissions: ['clipboard-read', 'clipboard-write'],
};
