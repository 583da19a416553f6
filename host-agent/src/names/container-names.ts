import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ContainerNames } from './cgroup-name.ts';

/** What of Docker's own record of a container is of interest. Source: moby, container/container.go. */
const DockerConfig = z.object({ Name: z.string() });
/** Such a record has some tens of KiB. */
const CONFIG_MAX = 1024 * 1024;

/**
 * Names as the engines' files on the host tell them: the kubelet's links to the logs of containers, which name namespace, pod
 * and container; Docker's folder, which only root may read.
 */
export function containerNames(hostRoot: string): ContainerNames {
  return async (id) => (await kubernetesName(hostRoot, id)) ?? (await dockerName(hostRoot, id));
}

/** Links are called `POD_NAMESPACE_CONTAINER-ID.log`. Source: kubernetes, pkg/kubelet/kuberuntime/legacy.go. */
async function kubernetesName(hostRoot: string, id: string): Promise<string | undefined> {
  const names = await readdir(join(hostRoot, '/var/log/containers')).catch(() => []);
  for (const name of names) {
    const [, pod, namespace, container] = /^([^_]+)_([^_]+)_(.+)-([0-9a-f]{64})\.log$/.exec(name) ?? [];
    if (name.endsWith(`-${id}.log`) && pod !== undefined) return `${namespace}/${pod}/${container}`;
  }
  return undefined;
}

async function dockerName(hostRoot: string, id: string): Promise<string | undefined> {
  const path = join(hostRoot, '/var/lib/docker/containers', id, 'config.v2.json');
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > CONFIG_MAX) return undefined;
    return DockerConfig.parse(JSON.parse(await file.readFile('utf8'))).Name.replace(/^\//, '');
  } catch {
    return undefined;
  }
}
