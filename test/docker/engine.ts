/**
 * Podman and buildah on a storage of the tests' own, so that no image or container of the machine's is touched. Images are
 * built with chroot isolation, which needs no cgroups (podman-build(1)); commands run by runc without cgroups, with exactly
 * the capabilities and the seccomp profile that a test names.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../scripts/cache.mjs';
import { runCommand, runOrThrow } from '../../scripts/command.mjs';

/** Kept from run to run: base images and the layers of the last builds. May be deleted. */
const STORAGE = join(cacheFolder(), 'containers');
const OPTIONS = [
  ...['--root', STORAGE],
  ...['--runroot', '/run/probepad-test-containers'],
  ...['--storage-driver', 'overlay'],
];

const SHORT_MS = 60_000;

/** Why images can't be built here, undefined when they can. */
export function engineMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'building images without a container engine needs root';
  const missing = ['podman', 'buildah', 'runc'].filter((name) => !existsSync(join('/usr/bin', name)));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

export async function imageExists(image: string): Promise<boolean> {
  const { code } = await runCommand(['podman', ...OPTIONS, 'image', 'exists', image], {
    timeoutMs: SHORT_MS,
  });
  return code === 0;
}

/** Makes an image of a folder that holds a root file system. */
export async function importImage(folder: string, image: string): Promise<void> {
  const podman = ['podman', ...OPTIONS, 'import', '--quiet', '-', image];
  const script = `tar --create --directory "$0" . | "$@"`;
  await runOrThrow(`importing ${image}`, ['sh', '-c', script, folder, ...podman], { timeoutMs: 300_000 });
}

export interface BuildOptions {
  /** Path from the repository's root. */
  dockerfile: string;
  context: string;
  tag: string;
  secrets: { id: string; path: string }[];
  /** `source:target:ro`, there while it builds. */
  volumes: string[];
  timeoutMs: number;
}

/** Builds an image; layers that have not changed are taken from the last build. */
export async function buildImage(options: BuildOptions): Promise<void> {
  const argv = [
    ...['podman', ...OPTIONS, 'build', '--pull=never', '--isolation=chroot', '--network=host'],
    // A layer is kept for the next build even when a later step fails.
    ...['--layers', '--force-rm'],
    ...options.volumes.flatMap((volume) => ['--volume', volume]),
    ...options.secrets.flatMap(({ id, path }) => ['--secret', `id=${id},src=${path}`]),
    ...['--file', options.dockerfile, '--tag', options.tag, options.context],
  ];
  await runOrThrow(`building ${options.tag}`, argv, { cwd: options.context, timeoutMs: options.timeoutMs });
}

/** What the image says of itself: user, environment, command. */
export async function imageConfig(
  image: string,
): Promise<{ User?: string; Env: string[]; Cmd?: string[]; Entrypoint?: string[]; WorkingDir?: string }> {
  const argv = ['podman', ...OPTIONS, 'image', 'inspect', image];
  const [found] = JSON.parse(await runOrThrow(`inspecting ${image}`, argv, { timeoutMs: SHORT_MS }));
  return found.Config;
}

export interface ContainerOptions {
  /** Without the CAP_ in front; a container has no others. */
  capabilities: string[];
  /** Path of a seccomp profile; absent: the engine's own. */
  seccomp?: string;
}

/** A container of an image, to run commands in one after another. Disposing it deletes it. */
export interface Container extends AsyncDisposable {
  /** The command that runs `argv` inside as the image's user; for runCommand or spawn. */
  command(argv: string[], volumes?: string[]): string[];
}

/** The engine's usual capabilities, which are taken away first. Source: containers.conf(5), default_capabilities. */
const USUAL_CAPABILITIES = [
  ...[
    'CHOWN',
    'DAC_OVERRIDE',
    'FOWNER',
    'FSETID',
    'KILL',
    'NET_BIND_SERVICE',
    'SETFCAP',
    'SETGID',
    'SETPCAP',
  ],
  ...['SETUID', 'SYS_CHROOT', 'AUDIT_WRITE', 'MKNOD'],
];

export async function startContainer(image: string, options: ContainerOptions): Promise<Container> {
  const security = options.seccomp === undefined ? [] : ['--security-opt', `seccomp=${options.seccomp}`];
  const from = ['buildah', ...OPTIONS, 'from', '--pull-never', '--quiet', ...security, image];
  const container = (
    await runOrThrow(`making a container of ${image}`, from, { timeoutMs: SHORT_MS })
  ).trim();
  const added = new Set(options.capabilities);
  const capabilities = [
    ...USUAL_CAPABILITIES.filter((name) => !added.has(name)).flatMap((name) => ['--cap-drop', `CAP_${name}`]),
    ...[...added].flatMap((name) => ['--cap-add', `CAP_${name}`]),
  ];
  return {
    command: (argv, volumes = []) => [
      ...['buildah', ...OPTIONS, 'run', '--isolation', 'rootless', '--runtime', 'runc', '--network', 'host'],
      ...capabilities,
      ...volumes.flatMap((volume) => ['--volume', volume]),
      ...[container, '--', ...argv],
    ],
    async [Symbol.asyncDispose]() {
      await runOrThrow(`deleting the container of ${image}`, ['buildah', ...OPTIONS, 'rm', container], {
        timeoutMs: SHORT_MS,
      });
    },
  };
}

/** Deletes containers that a killed test left, and images that no tag leads to any more. */
export async function tidyStorage(): Promise<void> {
  await runCommand(['buildah', ...OPTIONS, 'rm', '--all'], { timeoutMs: SHORT_MS });
  // Parents of tagged images are kept by `prune`: they are the next build's cache.
  await runCommand(['podman', ...OPTIONS, 'image', 'prune', '--force'], { timeoutMs: SHORT_MS });
}
