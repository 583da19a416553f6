import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroupName } from './cgroup-name.ts';

const ID = '0123456789ab'.padEnd(64, 'c');
const POD = '6f0a1b2c-3d4e-5f60-7182-93a4b5c6d7e8';
const SLICE = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice`;

test('a cgroup is called by its container, pod or unit', async () => {
  const cases: Record<string, [text: string, detail: RegExp]> = {
    '/': ['/', /^the root cgroup$/],
    '/system.slice/nginx.service': ['nginx.service', /^\/system\.slice\/nginx\.service$/],
    '/system.slice/system-getty.slice/getty@tty1.service': ['getty@tty1.service', /getty/],
    '/user.slice/user-1000.slice/user@1000.service/app.slice/vte\\x2dspawn.scope': [
      'vte-spawn.scope',
      /user@1000/,
    ],
    '/system.slice/nginx.service/workers': ['nginx.service/workers', /workers$/],
    [`/system.slice/docker-${ID}.scope`]: ['0123456789ab', /^docker container 0123456789ab, /],
    [`/docker/${ID}`]: ['0123456789ab', /^docker container 0123456789ab, /],
    [`/docker/${ID}/init.scope`]: ['0123456789ab/init.scope', /^docker container/],
    [`/machine.slice/libpod-${ID}.scope/container`]: ['0123456789ab/container', /^podman container/],
    [`${SLICE}/cri-containerd-${ID}.scope`]: [
      '0123456789ab',
      new RegExp(`^containerd container 0123456789ab, pod ${POD}`),
    ],
    [`${SLICE}/crio-${ID}.scope`]: ['0123456789ab', /^cri-o container/],
    [`/kubepods/besteffort/pod${POD}/${ID}`]: [
      '0123456789ab',
      new RegExp(`^container 0123456789ab, pod ${POD}`),
    ],
    [SLICE]: ['pod 6f0a1b2c', new RegExp(`^pod ${POD}, `)],
    '/lxc.payload.web/system.slice/cron.service': ['web/system.slice/cron.service', /^container, /],
    '/lxc/web': ['web', /^container, /],
    '/machine.slice/machine-build\\x2dbox.scope': ['build-box', /^container, /],
    '/init.scope': ['init.scope', /init/],
    '/mine/deep': ['deep', /^\/mine\/deep$/],
  };
  for (const [path, [text, detail]] of Object.entries(cases)) {
    const name = await cgroupName(path, async () => undefined);
    assert.equal(name.text, text, path);
    assert.match(name.detail ?? '', detail, path);
  }
});

test('a container that its engine named is called so', async () => {
  const names = async (id: string) => (id === ID ? 'shop/cart-0/app' : undefined);
  const { text, detail } = await cgroupName(`${SLICE}/cri-containerd-${ID}.scope`, names);
  assert.equal(text, 'shop/cart-0/app');
  assert.match(detail ?? '', /container 0123456789ab/);
});
