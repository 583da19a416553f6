import type { Name } from '@probepad/protocol/values/name';

/** What a container is called, where its engine's files tell it; by the id in the cgroup's path. */
export type ContainerNames = (id: string) => Promise<string | undefined>;

interface Container {
  id: string;
  engine: string;
}

/** A container's id as all engines make them, alone or in a systemd scope with the engine's prefix. */
const CONTAINER = /^(?:(docker|cri-containerd|crio|libpod|nerdctl)-)?([0-9a-f]{64})(?:\.scope)?$/;
/** `pod` and its UUID; in systemd's names dashes are underscores, because a dash separates slices. */
const POD = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})(?:\.slice)?$/;
/** systemd.unit(5); a slice only groups others, so it is what a cgroup is called when it is all there is. */
const UNIT = /\.(service|scope|mount|socket|swap)$/;

/**
 * What people call a cgroup: the container, else the systemd unit, else the last folder of its path. What lies below a
 * container or unit is named after it with what follows.
 */
export async function cgroupName(path: string, names: ContainerNames): Promise<Name> {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0) return { text: '/', detail: 'the root cgroup' };
  const pod = parts.map((part) => POD.exec(part)?.[1]?.replaceAll('_', '-')).findLast(Boolean);
  const at = parts.findLastIndex((part) => CONTAINER.test(part));
  const below = (index: number): string =>
    parts
      .slice(index + 1)
      .map((part) => `/${part}`)
      .join('');
  const detail = (words: string): string => (words === '' ? path : `${words}, ${path}`);
  if (at >= 0) {
    const { id, engine } = containerOf(parts, at);
    const name = await names(id);
    const words = [`${engine === '' ? '' : `${engine} `}container ${id.slice(0, 12)}`];
    if (pod !== undefined) words.push(`pod ${pod}`);
    return { text: `${name ?? id.slice(0, 12)}${below(at)}`, detail: detail(words.join(', ')) };
  }
  const machine = machineOf(parts);
  if (machine !== undefined) {
    return { text: `${machine.name}${below(machine.at)}`, detail: detail('container') };
  }
  if (pod !== undefined) return { text: `pod ${pod.slice(0, 8)}`, detail: detail(`pod ${pod}`) };
  const unit = parts.findLastIndex((part) => UNIT.test(part));
  if (unit >= 0) return { text: `${unescapeUnit(parts[unit] ?? '')}${below(unit)}`, detail: path };
  return { text: parts.at(-1) ?? path, detail: path };
}

function containerOf(parts: readonly string[], at: number): Container {
  const [, prefix, id = ''] = CONTAINER.exec(parts[at] ?? '') ?? [];
  const parent = parts[at - 1] ?? '';
  const engines: Record<string, string> = {
    docker: 'docker',
    'cri-containerd': 'containerd',
    crio: 'cri-o',
    libpod: 'podman',
    nerdctl: 'containerd',
  };
  return { id, engine: engines[prefix ?? ''] ?? (parent === 'docker' ? 'docker' : '') };
}

/** Containers that have names of their own in the tree: lxc's folders, and scopes of systemd-machined. */
function machineOf(parts: readonly string[]): { name: string; at: number } | undefined {
  for (const [at, part] of parts.entries()) {
    const name = /^lxc\.payload\.(.+)$/.exec(part)?.[1] ?? /^machine-(.+)\.scope$/.exec(part)?.[1];
    if (name !== undefined) return { name: unescapeUnit(name), at };
    if (part === 'lxc' && parts[at + 1] !== undefined) return { name: parts[at + 1] as string, at: at + 1 };
  }
  return undefined;
}

/** `\x2d` for a dash and the like. Source: systemd.unit(5), string escaping for inclusion in unit names. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
