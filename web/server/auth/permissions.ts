import type { BrowserMethod, Permission } from '@probepad/protocol/control/browser';

/** What each role may do. The access token makes an admin; the others wait for users. */
export const ROLES = {
  viewer: ['view'],
  runner: ['view', 'run'],
  author: ['view', 'run', 'author'],
  admin: ['view', 'run', 'author', 'terminal', 'admin'],
} as const satisfies Record<string, readonly Permission[]>;

/** The permission that each method needs. `run.start` needs `author` too for files that are not a saved snippet's. */
export const NEEDED = {
  'hosts.invite': 'admin',
  'hosts.revoke': 'admin',
  compile: 'author',
  'run.start': 'run',
  'run.stop': 'run',
  'run.watch': 'view',
  'run.unwatch': 'view',
  'run.statistics': 'view',
  'run.write': 'run',
  'run.put': 'run',
  'names.resolve': 'view',
  'cost.measure': 'author',
  'runs.list': 'view',
  'snippets.save': 'author',
  'snippets.get': 'view',
  'snippets.list': 'view',
  'templates.list': 'view',
  'terminal.open': 'terminal',
  'terminal.input': 'terminal',
  'terminal.resize': 'terminal',
  'terminal.ack': 'terminal',
  'terminal.close': 'terminal',
} as const satisfies Record<BrowserMethod, Permission>;
