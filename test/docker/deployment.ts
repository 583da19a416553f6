/** What docker/compose.yaml and docker/kubernetes.yaml say, read by a YAML parser (python3-yaml). */
import { runOrThrow } from '../../scripts/command.mjs';
import { inRepository } from '../../scripts/repository.mjs';

/** The parts of a Compose service that tests look at. Source: compose-spec, 05-services.md. */
export interface Service {
  build: { context: string; dockerfile: string };
  image: string;
  command?: string[];
  environment?: string[];
  volumes: string[];
  ports?: string[];
  cap_drop: string[];
  cap_add?: string[];
  security_opt: string[];
  privileged?: boolean;
  user?: string;
  pid?: string;
  network_mode?: string;
  read_only?: boolean;
}

export interface Compose {
  services: Record<'hub' | 'agent', Service>;
  volumes: Record<string, unknown>;
}

/** With variables replaced by their defaults. */
export async function readCompose(): Promise<Compose> {
  const [compose] = await parseYaml('docker/compose.yaml');
  const text = JSON.stringify(compose).replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return JSON.parse(text);
}

/** Every object of the file. */
export async function readKubernetes(): Promise<KubernetesObject[]> {
  return (await parseYaml('docker/kubernetes.yaml')) as KubernetesObject[];
}

export interface SecurityContext {
  privileged?: boolean;
  runAsUser?: number;
  capabilities?: { drop: string[]; add?: string[] };
}

export interface KubernetesContainer {
  name: string;
  args?: string[];
  securityContext: SecurityContext;
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface KubernetesObject {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: {
    template: {
      spec: {
        hostPID: boolean;
        hostNetwork: boolean;
        securityContext: SecurityContext;
        containers: KubernetesContainer[];
        initContainers: KubernetesContainer[];
        volumes: { name: string; hostPath?: { path: string } }[];
      };
    };
  };
}

async function parseYaml(path: string): Promise<unknown[]> {
  const script = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))';
  return JSON.parse(await runOrThrow(`reading ${path}`, ['python3', '-c', script, inRepository(path)]));
}
