/**
 * The Debian packages that Probepad uses, and what for. Compiling and running needs the run set; the tests need
 * both.
 */

/** @type {Record<string, string>} package → purpose */
export const RUN_PACKAGES = {
  'clang-16': 'compiles probes',
  'llvm-16': 'shows the instructions of a compiled probe, reads the functions of traced programs',
  bubblewrap: 'the box that the compiler runs in',
  bpftool: 'reads the kernel’s types (BTF)',
  'util-linux': 'limits and drops privileges (prlimit, setpriv), locks (flock)',
  iproute2: 'tc clean-up',
  'libcap2-bin': 'gives the loader its capabilities',
  gcc: 'compiles the loader',
  'libc6-dev': 'compiles the loader',
  make: 'compiles the loader',
  'pkg-config': 'finds the loader’s libraries',
  'libbpf-dev': 'the loader’s library, when backports has no newer one',
  'libelf-dev': 'a library of the loader',
  'zlib1g-dev': 'a library of the loader',
  'libjansson-dev': 'a library of the loader',
  'libcap-dev': 'a library of the loader',
  'linux-libc-dev': 'kernel headers for probes',
  'g++': 'compiles the terminal’s module (node-pty)',
  python3: 'compiles the terminal’s module (node-gyp)',
};

/** @type {Record<string, string>} on top of the run set */
export const TEST_PACKAGES = {
  chromium: 'browser tests',
  'fonts-dejavu-core': 'text in the browser tests’ screenshots',
  'qemu-system-x86': 'test guests with other kernels',
  'busybox-static': 'the guests’ first program',
  cpio: 'packs the guests’ initramfs',
  kmod: 'finds the guests’ modules',
  'xz-utils': 'unpacks the guests’ kernels',
  'debian-archive-keyring': 'checks the guests’ kernels',
  bpftrace: 'the benchmark’s yardstick',
  'libclang-rt-16-dev': 'sanitizers in the loader’s tests',
  procps: 'finds processes in tests',
  podman: 'builds the container images',
  buildah: 'runs commands in the container images',
  crun: 'runs commands in the container images',
  runc: 'runs commands in the container images',
  'python3-yaml': 'reads the compose file in tests',
  debootstrap: 'the container images’ base',
};
